using LocalSlm.Gguf.Format;
using Microsoft.Extensions.Logging;

namespace LocalSlm.Gguf;

/// <summary>Loads GGUF models without a container.</summary>
public static class GgufModel
{
    private static readonly Lazy<GgufRuntime> Runtime = new(static () => new GgufRuntime());

    /// <summary>Reads what a model's header says before the file is there: the beginning of a download is enough. Everything is checked
    /// as for a whole file, but for the presence of the weights.</summary>
    /// <remarks>Give the facts to <c>ModelPlanner.PlanFromFacts</c> to learn where the model would run, and how much memory it would
    /// take. Headers are some MiB long, most of it vocabulary; no more of the stream is read than about twice the header.</remarks>
    /// <param name="header">The file, from its first byte on. It stays open, somewhere behind the header.</param>
    /// <param name="fileBytes">The length of the whole file, in bytes.</param>
    /// <param name="name">The name of the file, for messages and <see cref="ModelFacts.Path"/>.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The facts.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="fileBytes"/> is 0 or less.</exception>
    /// <exception cref="ModelFileException">It is damaged, ends before the header does, or is no GGUF file.</exception>
    /// <exception cref="UnsupportedModelException">It is sound, but of a kind that cannot be served, or one part of several.</exception>
    /// <exception cref="OperationCanceledException">The reading was cancelled.</exception>
    public static async Task<ModelFacts> InspectHeaderAsync(
        Stream header,
        long fileBytes,
        string name = "header.gguf",
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(header);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(fileBytes);
        ArgumentException.ThrowIfNullOrEmpty(name);
        var file = await HeaderPrefix.ReadAsync(header, name, fileBytes, cancellationToken).ConfigureAwait(false);
        return GgufFacts.Tell(GgufModelFile.FromHeader(file));
    }

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
