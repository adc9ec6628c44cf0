namespace LocalSlm;

/// <summary>A native library is missing, cannot be loaded, or is not the version this package was built for.</summary>
public sealed class NativeLibraryException : LocalSlmException
{
    /// <summary>Creates the error.</summary>
    /// <param name="library">The library, such as <c>llama</c>.</param>
    /// <param name="problem">What is wrong and what to add; lists every path tried with the loader's words.</param>
    /// <param name="triedPaths">Every path that was tried, in order.</param>
    /// <param name="innerException">The cause, if another error lies below.</param>
    public NativeLibraryException(
        string library,
        string problem,
        IReadOnlyList<string>? triedPaths = null,
        Exception? innerException = null
    )
        : base($"Native library '{library}': {problem}", innerException)
    {
        Library = library;
        TriedPaths = triedPaths ?? [];
    }

    /// <summary>Gets the library, such as <c>llama</c>.</summary>
    public string Library { get; }

    /// <summary>Gets every path that was tried, in order.</summary>
    public IReadOnlyList<string> TriedPaths { get; }
}
