using LocalSlm.Onnx;

namespace LocalSlm.Hosting;

/// <summary>What a host serves. Bound from configuration and code, and checked as a whole when the host starts.</summary>
public sealed class LocalSlmOptions
{
    /// <summary>Gets or sets the name of the model that answers where a request names none.</summary>
    /// <value><see langword="null"/> (default): the model that was registered first.</value>
    public string? DefaultModel { get; set; }

    /// <summary>Gets or sets the name of the embedding model that answers where a request names none.</summary>
    /// <value><see langword="null"/> (default): the embedding model that was registered first.</value>
    public string? DefaultEmbeddingModel { get; set; }

    /// <summary>Gets or sets the folder with llama.cpp's native libraries.</summary>
    /// <value><see langword="null"/> (default): the environment variable <c>LOCALSLM_LLAMA_DIR</c>, else beside the
    /// application.</value>
    public string? NativeLibraryDirectory { get; set; }

    /// <summary>Gets how ONNX Runtime is used.</summary>
    public OnnxRuntimeOptions Onnx { get; } = new();

    /// <summary>Gets the chat models by name.</summary>
    public IDictionary<string, ChatModelOptions> Models { get; } = new Dictionary<string, ChatModelOptions>();

    /// <summary>Gets the embedding models by name.</summary>
    public IDictionary<string, EmbeddingModelOptions> EmbeddingModels { get; } =
        new Dictionary<string, EmbeddingModelOptions>();

    /// <summary>Gets what was wrong with values before they could become options, in words.</summary>
    internal List<string> Problems { get; } = [];

    /// <summary>Gets the options of a model, made if they are not there.</summary>
    /// <param name="name">The model's name.</param>
    /// <returns>The options.</returns>
    internal ChatModelOptions Model(string name)
    {
        if (!Models.TryGetValue(name, out var options))
        {
            Models[name] = options = new ChatModelOptions();
        }

        return options;
    }

    /// <summary>Gets the options of an embedding model, made if they are not there.</summary>
    /// <param name="name">The model's name.</param>
    /// <returns>The options.</returns>
    internal EmbeddingModelOptions EmbeddingModel(string name)
    {
        if (!EmbeddingModels.TryGetValue(name, out var options))
        {
            EmbeddingModels[name] = options = new EmbeddingModelOptions();
        }

        return options;
    }
}
