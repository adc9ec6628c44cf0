using LocalSlm.Hosting.Registration;
using LocalSlm.Loading;
using LocalSlm.Placement;
using LocalSlm.Scheduling;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalSlm.Hosting.Lifetime;

/// <summary>Loads models with whatever runtimes there are.</summary>
internal sealed class ModelLoader(
    IReadOnlyList<IModelRuntime> runtimes,
    ILoggerFactory? loggers,
    TimeProvider? clock,
    string? contentRoot,
    string? stateDirectory = null,
    Func<long>? reservedBytes = null
)
{
    private readonly LoadServices _services = new()
    {
        Loggers = loggers ?? NullLoggerFactory.Instance,
        Clock = clock ?? TimeProvider.System,
        StateDirectory = stateDirectory ?? DefaultStateDirectory(loggers),
        ReservedBytes = reservedBytes ?? (static () => 0),
    };

    /// <summary>Loads a model.</summary>
    /// <param name="name">The name it is served under, or <see langword="null"/> for its own.</param>
    /// <param name="options">Its options.</param>
    /// <param name="cancellationToken">Ends the load.</param>
    /// <returns>The model; the caller disposes it.</returns>
    public Task<LocalModel> LoadAsync(string? name, ChatModelOptions options, CancellationToken cancellationToken)
    {
        var path = ModelPath.Resolve(options.Path!, contentRoot);
        var runtime = ModelRuntimes.Choose(runtimes, path);
        return LocalModel.LoadAsync(
            runtime,
            path,
            CacheLimit.Apply(runtime, path, options.Load, options.MaxCacheBytes),
            name,
            _services,
            Log(name ?? path, options.LoadProgress),
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
        var path = ModelPath.Resolve(options.Path!, contentRoot);
        return LocalEmbeddingModel.LoadAsync(
            ModelRuntimes.Choose(runtimes, path),
            path,
            options.Embedding,
            name,
            _services,
            Log(name ?? path, options.LoadProgress),
            cancellationToken
        );
    }

    /// <summary>Tells about what a model will take on all devices, as it would be planned now. Reads its headers and lists devices;
    /// loads nothing.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="options">How it is loaded.</param>
    /// <param name="mostCacheBytes">The most memory of its cache; <see langword="null"/> for no limit.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Bytes.</returns>
    /// <exception cref="InsufficientMemoryException">The cache cannot be kept within <paramref name="mostCacheBytes"/>.</exception>
    public Task<long> EstimateAsync(
        string path,
        ModelLoadOptions options,
        long? mostCacheBytes,
        CancellationToken cancellationToken
    ) =>
        EstimateAsync(
            path,
            (runtime, resolved, _) => CacheLimit.Apply(runtime, resolved, options, mostCacheBytes),
            cancellationToken
        );

    /// <summary>Tells about what an embedding model will take on all devices.</summary>
    /// <inheritdoc cref="EstimateAsync(string, ModelLoadOptions, long?, CancellationToken)"/>
    public Task<long> EstimateAsync(string path, EmbeddingLoadOptions options, CancellationToken cancellationToken) =>
        EstimateAsync(path, (_, _, facts) => EmbeddingWishes.Of(facts, options), cancellationToken);

    private Task<long> EstimateAsync(
        string path,
        Func<IModelRuntime, string, ModelFacts, ModelLoadOptions> limit,
        CancellationToken cancellationToken
    ) =>
        LoadThread.Run(
            _ =>
            {
                var resolved = ModelPath.Resolve(path, contentRoot);
                var runtime = ModelRuntimes.Choose(runtimes, resolved);
                var facts = runtime.Inspect(resolved);
                var limited = limit(runtime, resolved, facts);
                if (ModelPlanner.PlanFromFacts(runtime, facts, limited).Candidates is [var best, ..])
                {
                    return best.Memory.Sum(static one => one.TotalBytes);
                }

                // It fits nowhere beside what takes memory now: others may have gone when it is loaded, and the load then tells.
                var bytes = runtime.Estimate(facts, limited).TotalBytes;
                return limited is { ContextTokens: null, MemoryBudgetBytes: { } budget }
                    ? Math.Min(bytes, budget)
                    : bytes;
            },
            cancellationToken
        );

    private LoadProgressLog Log(string name, IProgress<ModelLoadProgress>? next) =>
        new(name, _services.Loggers.CreateLogger<LocalModelHost>(), _services.Clock, next);

    /// <summary>A service account may have no such folder: nothing is remembered then.</summary>
    private static string? DefaultStateDirectory(ILoggerFactory? loggers)
    {
        var data = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        if (data.Length > 0)
        {
            return Path.Combine(data, "LocalSlm");
        }

        if (loggers is not null)
        {
            LoadLog.NoStateFolder(loggers.CreateLogger<ModelLoader>());
        }

        return null;
    }
}
