namespace LocalSlm;

/// <summary>A tool of a request cannot be offered to the model: its name, its schema, or what is required of it.</summary>
public sealed class InvalidToolException : LocalSlmException
{
    /// <summary>Creates the error.</summary>
    /// <param name="tool">The tool's name.</param>
    /// <param name="problem">What is wrong, and what to do.</param>
    /// <param name="innerException">The cause, such as an <see cref="UnsupportedSchemaException"/>.</param>
    public InvalidToolException(string tool, string problem, Exception? innerException = null)
        : base($"Tool '{tool}': {problem}", innerException)
    {
        Tool = tool;
    }

    /// <summary>Gets the tool's name.</summary>
    public string Tool { get; }
}
