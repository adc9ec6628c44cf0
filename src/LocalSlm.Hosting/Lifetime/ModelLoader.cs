using Microsoft.Extensions.Logging;

namespace LocalSlm.Hosting.Lifetime;

/// <summary>Loads models with whatever runtimes there are.</summary>
internal sealed class ModelLoader(
    IReadOnlyList<IModelRuntime> runtimes,
    ILoggerFactory? loggers,
    TimeProvider? clock,
    string? contentRoot
)
{
    /// <summary>Loads a model.</summary>
    /// <param name="name">The name it is served under, or <see langword="null"/> for its own.</param>
    /// <param name="options">Its options.</param>
    /// <param name="cancellationToken">Ends the load.</param>
    /// <returns>The model; the caller disposes it.</returns>
    public Task<LocalModel> LoadAsync(string? name, ChatModelOptions options, CancellationToken cancellationToken)
    {
        var path = Resolve(options.Path!);
        return LocalModel.LoadAsync(
            ModelRuntimes.Choose(runtimes, path),
            path,
            options.Load,
            name,
            loggers,
            options.LoadProgress,
            clock,
            cancellationToken
        );
    }

    /// <summary>Loads an embedding model.</summary>
    /// <param name="name">The name it is served under, or <see langword="null"/> for its own.</param>
    /// <param name="options">Its options.</param>
    /// <param name="cancellationToken">Ends the load.</param>
    /// <returns>The model; the caller disposes it.</returns>
    public Task<LocalEmbeddingModel> LoadAsync(
        string? name,
        EmbeddingModelOptions options,
        CancellationToken cancellationToken
    )
    {
        var path = Resolve(options.Path!);
        return LocalEmbeddingModel.LoadAsync(
            ModelRuntimes.Choose(runtimes, path),
            path,
            options.Embedding,
            name,
            loggers,
            options.LoadProgress,
            clock,
            cancellationToken
        );
    }

    private string Resolve(string path)
    {
        if (contentRoot is null || Path.IsPathRooted(path))
        {
            return path;
        }

        var beneath = Path.Combine(contentRoot, path);
        return Path.Exists(beneath) ? beneath : path;
    }
}
