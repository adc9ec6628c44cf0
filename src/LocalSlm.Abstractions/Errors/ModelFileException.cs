namespace LocalSlm;

/// <summary>A model file is damaged, truncated, hostile, or of a form that cannot be read. Native code never saw it.</summary>
public sealed class ModelFileException : LocalSlmException
{
    /// <summary>Creates the error.</summary>
    /// <param name="path">The file.</param>
    /// <param name="problem">What is wrong: value, limit, remedy.</param>
    /// <param name="offset">Where in the file, in bytes, if known.</param>
    /// <param name="innerException">The cause, if another error lies below.</param>
    public ModelFileException(string path, string problem, long? offset = null, Exception? innerException = null)
        : base(
            offset is null ? $"Model file '{path}': {problem}" : $"Model file '{path}', byte {offset}: {problem}",
            innerException
        )
    {
        Path = path;
        Offset = offset;
    }

    /// <summary>Gets the file that was read.</summary>
    public string Path { get; }

    /// <summary>Gets the position of the fault in bytes from the start of the file, or <see langword="null"/>.</summary>
    public long? Offset { get; }
}
