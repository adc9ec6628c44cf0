namespace LocalSlm.Gguf;

/// <summary>How the llama.cpp runtime finds its native libraries. Not safe for concurrent change.</summary>
public sealed class GgufRuntimeOptions
{
    /// <summary>Gets or sets the folder with the libraries <c>llama</c>, <c>ggml</c>, <c>ggml-base</c> and <c>ggml-cpu-*</c> of
    /// llama.cpp 0.4.0.</summary>
    /// <value><see langword="null"/> (default): the folder that the environment variable <c>LOCALSLM_LLAMA_DIR</c> names, else
    /// <c>runtimes/&lt;rid&gt;/native</c> beside the application, else the application's own folder. A process loads the libraries
    /// once; what is named after that has no effect.</value>
    public string? NativeDirectory { get; set; }
}
