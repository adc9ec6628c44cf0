namespace LocalSlm.Gguf.Interop;

/// <summary>The libraries of llama.cpp that this process has loaded; they stay until it ends.</summary>
internal sealed class LoadedLibraries(NativeFiles files, nint ggmlBase, nint ggml, nint llama)
{
    public NativeFiles Files { get; } = files;

    public nint GgmlBase { get; } = ggmlBase;

    public nint Ggml { get; } = ggml;

    public nint Llama { get; } = llama;

    /// <summary>Gets the version that the library tells, such as <c>0.4.0-dev</c>.</summary>
    public string Version { get; set; } = string.Empty;
}
