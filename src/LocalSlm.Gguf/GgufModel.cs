using Microsoft.Extensions.Logging;

namespace LocalSlm.Gguf;

/// <summary>Loads GGUF models without a container.</summary>
public static class GgufModel
{
    private static readonly Lazy<GgufRuntime> Runtime = new(static () => new GgufRuntime());

    /// <summary>Loads a GGUF file and gives a chat client that owns it: disposing the client unloads the model.</summary>
    /// <param name="path">The file; of a split model, its first part.</param>
    /// <param name="options">How to load it; <see langword="null"/> for the defaults.</param>
    /// <param name="progress">Told about progress.</param>
    /// <param name="loggers">Where messages go; <see langword="null"/> for nowhere.</param>
    /// <param name="cancellationToken">Ends the loading; nothing is left behind.</param>
    /// <returns>The client, an <c>IChatClient</c>. Dispose it with <c>await using</c>.</returns>
    /// <exception cref="ModelNotFoundException">Nothing is at <paramref name="path"/>.</exception>
    /// <exception cref="ModelFileException">The file is damaged, or no GGUF file.</exception>
    /// <exception cref="UnsupportedModelException">The model cannot chat.</exception>
    /// <exception cref="ModelLoadException">llama.cpp refused the model.</exception>
    /// <exception cref="NativeLibraryException">llama.cpp is missing or of another version.</exception>
    /// <exception cref="InsufficientMemoryException">The model does not fit.</exception>
    public static async Task<LocalChatClient> LoadChatClientAsync(
        string path,
        ModelLoadOptions? options = null,
        IProgress<ModelLoadProgress>? progress = null,
        ILoggerFactory? loggers = null,
        CancellationToken cancellationToken = default
    )
    {
        var model = await LocalModel
            .LoadAsync(
                Runtime.Value,
                path,
                options,
                loggers: loggers,
                progress: progress,
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
        return model.CreateOwningChatClient();
    }

    /// <summary>Loads a GGUF embedding model and gives a generator that owns it: disposing the generator unloads the model.</summary>
    /// <param name="path">The file; of a split model, its first part.</param>
    /// <param name="options">How to load it; <see langword="null"/> for the defaults.</param>
    /// <param name="progress">Told about progress.</param>
    /// <param name="loggers">Where messages go; <see langword="null"/> for nowhere.</param>
    /// <param name="cancellationToken">Ends the loading; nothing is left behind.</param>
    /// <returns>The generator, an <c>IEmbeddingGenerator&lt;string, Embedding&lt;float&gt;&gt;</c>. Dispose it with
    /// <c>await using</c>.</returns>
    /// <exception cref="ArgumentException">The options contradict each other or the model.</exception>
    /// <exception cref="ModelNotFoundException">Nothing is at <paramref name="path"/>.</exception>
    /// <exception cref="ModelFileException">The file is damaged, or no GGUF file.</exception>
    /// <exception cref="UnsupportedModelException">The model makes no embeddings.</exception>
    /// <exception cref="ModelLoadException">llama.cpp refused the model.</exception>
    /// <exception cref="NativeLibraryException">llama.cpp is missing or of another version.</exception>
    /// <exception cref="InsufficientMemoryException">The model does not fit.</exception>
    public static async Task<LocalEmbeddingGenerator> LoadEmbeddingGeneratorAsync(
        string path,
        EmbeddingLoadOptions? options = null,
        IProgress<ModelLoadProgress>? progress = null,
        ILoggerFactory? loggers = null,
        CancellationToken cancellationToken = default
    )
    {
        var model = await LocalEmbeddingModel
            .LoadAsync(
                Runtime.Value,
                path,
                options,
                loggers: loggers,
                progress: progress,
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
        return model.CreateOwningGenerator();
    }
}
