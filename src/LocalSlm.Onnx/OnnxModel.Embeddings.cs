using Microsoft.Extensions.Logging;

namespace LocalSlm.Onnx;

public static partial class OnnxModel
{
    /// <summary>Loads an ONNX embedding model and gives a generator that owns it: disposing the generator unloads the model.</summary>
    /// <param name="path">Its folder, or the <c>.onnx</c> file in it.</param>
    /// <param name="options">How to load it; <see langword="null"/> for the defaults.</param>
    /// <param name="progress">Told about progress.</param>
    /// <param name="loggers">Where messages go; <see langword="null"/> for nowhere.</param>
    /// <param name="cancellationToken">Ends the loading; nothing is left behind.</param>
    /// <returns>The generator, an <c>IEmbeddingGenerator&lt;string, Embedding&lt;float&gt;&gt;</c>. Dispose it with
    /// <c>await using</c>.</returns>
    /// <exception cref="ArgumentException">The options contradict each other or the model.</exception>
    /// <exception cref="ModelNotFoundException">Nothing is at <paramref name="path"/>, or a file of the model is missing.</exception>
    /// <exception cref="ModelFileException">A file is damaged.</exception>
    /// <exception cref="UnsupportedModelException">The model makes no embeddings.</exception>
    /// <exception cref="ModelLoadException">ONNX Runtime refused the model, or cannot honour an option.</exception>
    /// <exception cref="NativeLibraryException">ONNX Runtime is missing, cannot be loaded, or is too old.</exception>
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
