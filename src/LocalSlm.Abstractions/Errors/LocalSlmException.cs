namespace LocalSlm;

/// <summary>The base of every error that LocalSlm raises by itself. Messages hold the value, the limit and the remedy.</summary>
public abstract class LocalSlmException : Exception
{
    /// <summary>Creates the error and links it to its page in <c>docs/errors</c>.</summary>
    /// <param name="message">What happened, the limit that was met, and what to do.</param>
    /// <param name="innerException">The cause, where another error lies below this one.</param>
    protected LocalSlmException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
        HelpLink = $"docs/errors/{GetType().Name}.md";
    }
}
