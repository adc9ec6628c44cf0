namespace LocalSlm;

/// <summary>A chat template cannot be parsed, raised an error of its own, went over its limits of time, depth or output, or is not there
/// under the name that was asked for.</summary>
public sealed class ChatTemplateException : LocalSlmException
{
    /// <summary>Creates the error.</summary>
    /// <param name="problem">What is wrong; the template's own words where it raised the error itself.</param>
    /// <param name="line">The line in the template, from 1, if known.</param>
    /// <param name="raisedByTemplate">Whether the template called <c>raise_exception</c>.</param>
    /// <param name="innerException">The cause, if another error lies below.</param>
    public ChatTemplateException(
        string problem,
        int? line = null,
        bool raisedByTemplate = false,
        Exception? innerException = null
    )
        : base(line is null ? $"Chat template: {problem}" : $"Chat template, line {line}: {problem}", innerException)
    {
        Problem = problem;
        Line = line;
        RaisedByTemplate = raisedByTemplate;
    }

    /// <summary>Gets the bare problem, without the place.</summary>
    public string Problem { get; }

    /// <summary>Gets the line in the template, from 1, or <see langword="null"/>.</summary>
    public int? Line { get; }

    /// <summary>Gets a value indicating whether the template itself raised the error, with <c>raise_exception</c>.</summary>
    public bool RaisedByTemplate { get; }
}
