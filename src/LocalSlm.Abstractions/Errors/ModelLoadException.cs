namespace LocalSlm;

/// <summary>A native runtime refused to load a model that the managed checks had accepted.</summary>
public sealed class ModelLoadException : LocalSlmException
{
    /// <summary>Creates the error.</summary>
    /// <param name="path">The model's path.</param>
    /// <param name="problem">What failed, in the runtime's own words where it gave any, and what to do.</param>
    /// <param name="innerException">The cause, if another error lies below.</param>
    public ModelLoadException(string path, string problem, Exception? innerException = null)
        : base($"Loading '{path}' failed: {problem}", innerException)
    {
        Path = path;
    }

    /// <summary>Gets the model's path.</summary>
    public string Path { get; }
}
