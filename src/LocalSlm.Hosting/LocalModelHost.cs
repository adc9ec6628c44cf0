using LocalSlm.Hosting.Lifetime;
using LocalSlm.Hosting.Registration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace LocalSlm.Hosting;

/// <summary>The models of a host: each is loaded once, shared by all its clients, and unloaded when the host stops.</summary>
/// <remarks>A singleton service. Safe for concurrent use. Without a host, <see cref="LoadChatClientAsync"/> loads a model of
/// any kind.</remarks>
public sealed class LocalModelHost : IDisposable, IAsyncDisposable
{
    private readonly Dictionary<string, SharedModel<LocalModel, LocalChatClient>> _models = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SharedModel<LocalEmbeddingModel, LocalEmbeddingGenerator>> _embeddingModels =
        new(StringComparer.Ordinal);
    private readonly string? _defaultName;
    private readonly string? _defaultEmbeddingName;

    internal LocalModelHost(
        ModelRegistry registry,
        LocalSlmOptions options,
        IEnumerable<IModelRuntime> runtimes,
        ILoggerFactory? loggers,
        TimeProvider? clock,
        string? contentRoot
    )
    {
        Names = registry.Names;
        _defaultName = options.DefaultModel ?? (Names.Count > 0 ? Names[0] : null);
        var loader = new ModelLoader([.. runtimes], loggers, clock, contentRoot);
        var logger = (loggers ?? NullLoggerFactory.Instance).CreateLogger<LocalModelHost>();
        foreach (var name in Names)
        {
            var model = options.Model(name);
            _models.Add(
                name,
                new(
                    name,
                    model.LoadAtStart,
                    token => loader.LoadAsync(name, model, token),
                    static loaded => loaded.CreateChatClient(),
                    logger
                )
            );
        }

        EmbeddingNames = registry.EmbeddingNames;
        _defaultEmbeddingName = options.DefaultEmbeddingModel ?? (EmbeddingNames.Count > 0 ? EmbeddingNames[0] : null);
        foreach (var name in EmbeddingNames)
        {
            var model = options.EmbeddingModel(name);
            _embeddingModels.Add(
                name,
                new(
                    name,
                    model.LoadAtStart,
                    token => loader.LoadAsync(name, model, token),
                    static loaded => loaded.CreateGenerator(),
                    logger
                )
            );
        }
    }

    /// <summary>Gets the names of the registered chat models, in order of registration.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Gets the name of the model that answers where a request names none.</summary>
    /// <exception cref="ModelNotFoundException">No model is registered.</exception>
    public string DefaultName =>
        _defaultName
        ?? throw new ModelNotFoundException(
            "(default)",
            "no model is registered. Add one with services.AddLocalSlm().AddChatModel(name, path)."
        );

    /// <summary>Gets the names of the registered embedding models, in order of registration.</summary>
    public IReadOnlyList<string> EmbeddingNames { get; }

    /// <summary>Gets the name of the embedding model that answers where a request names none.</summary>
    /// <exception cref="ModelNotFoundException">No embedding model is registered.</exception>
    public string DefaultEmbeddingName =>
        _defaultEmbeddingName
        ?? throw new ModelNotFoundException(
            "(default)",
            "no embedding model is registered. Add one with services.AddLocalSlm().AddEmbeddingModel(name, path)."
        );

    /// <summary>Gets all models, in the order in which they are loaded.</summary>
    internal IEnumerable<ISharedModel> All => [.. _models.Values, .. _embeddingModels.Values];

    /// <summary>Loads a model of any kind that a runtime of this package recognises, without a container.</summary>
    /// <param name="path">The model's file or folder.</param>
    /// <param name="options">How to load it; copied. <see langword="null"/> for the defaults.</param>
    /// <param name="progress">Told about progress.</param>
    /// <param name="loggers">Where messages go; <see langword="null"/> for nowhere.</param>
    /// <param name="cancellationToken">Ends the loading.</param>
    /// <returns>A client that unloads the model when it is disposed.</returns>
    /// <exception cref="ModelNotFoundException">Nothing is at <paramref name="path"/>.</exception>
    /// <exception cref="ModelFileException">It is damaged.</exception>
    /// <exception cref="UnsupportedModelException">No runtime knows what it is, or it cannot chat.</exception>
    /// <exception cref="ModelLoadException">The native library refused it.</exception>
    /// <exception cref="InsufficientMemoryException">It does not fit.</exception>
    public static async Task<LocalChatClient> LoadChatClientAsync(
        string path,
        ModelLoadOptions? options = null,
        IProgress<ModelLoadProgress>? progress = null,
        ILoggerFactory? loggers = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var model = await LocalModel
            .LoadAsync(
                ModelRuntimes.Choose(ModelRuntimes.Make(), path),
                path,
                options,
                loggers: loggers,
                progress: progress,
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
        return model.CreateOwningChatClient();
    }

    /// <summary>Loads an embedding model of any kind that a runtime of this package recognises, without a container.</summary>
    /// <param name="path">The model's file or folder.</param>
    /// <param name="options">How to load it; copied. <see langword="null"/> for the defaults.</param>
    /// <param name="progress">Told about progress.</param>
    /// <param name="loggers">Where messages go; <see langword="null"/> for nowhere.</param>
    /// <param name="cancellationToken">Ends the loading.</param>
    /// <returns>A generator that unloads the model when it is disposed.</returns>
    /// <exception cref="ArgumentException">The options contradict each other or the model.</exception>
    /// <exception cref="ModelNotFoundException">Nothing is at <paramref name="path"/>.</exception>
    /// <exception cref="ModelFileException">It is damaged.</exception>
    /// <exception cref="UnsupportedModelException">No runtime knows what it is, or it makes no embeddings.</exception>
    /// <exception cref="ModelLoadException">The native library refused it.</exception>
    /// <exception cref="InsufficientMemoryException">It does not fit.</exception>
    public static async Task<LocalEmbeddingGenerator> LoadEmbeddingGeneratorAsync(
        string path,
        EmbeddingLoadOptions? options = null,
        IProgress<ModelLoadProgress>? progress = null,
        ILoggerFactory? loggers = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var model = await LocalEmbeddingModel
            .LoadAsync(
                ModelRuntimes.Choose(ModelRuntimes.Make(), path),
                path,
                options,
                loggers: loggers,
                progress: progress,
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
        return model.CreateOwningGenerator();
    }

    /// <summary>Gets a registered model, loaded if need be. Callers at the same time share one load; after a failed one the next
    /// call tries again.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Ends the waiting; the load goes on for others.</param>
    /// <returns>The model. It belongs to the host: do not dispose it.</returns>
    /// <exception cref="ModelNotFoundException">No model of this name is registered, or its file is not there.</exception>
    /// <exception cref="ModelUnloadedException">The host has stopped.</exception>
    public Task<LocalModel> GetModelAsync(string name, CancellationToken cancellationToken = default) =>
        Find(name).GetAsync(cancellationToken);

    /// <summary>Gets a registered embedding model, loaded if need be. Callers at the same time share one load; after a failed one
    /// the next call tries again.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Ends the waiting; the load goes on for others.</param>
    /// <returns>The model. It belongs to the host: do not dispose it.</returns>
    /// <exception cref="ModelNotFoundException">No model of this name is registered, or its file is not there.</exception>
    /// <exception cref="ModelUnloadedException">The host has stopped.</exception>
    public Task<LocalEmbeddingModel> GetEmbeddingModelAsync(
        string name,
        CancellationToken cancellationToken = default
    ) => FindEmbedding(name).GetAsync(cancellationToken);

    /// <summary>Unloads every model. Loads under way are ended, and clean up after themselves.</summary>
    public void Dispose()
    {
        foreach (var model in All)
        {
            model.Dispose();
        }
    }

    /// <summary>Unloads every model and waits until nothing is left of them.</summary>
    /// <returns>A task that ends then.</returns>
    public async ValueTask DisposeAsync()
    {
        foreach (var model in All)
        {
            await model.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Makes the host's models from its services.</summary>
    internal static LocalModelHost Create(IServiceProvider services) =>
        new(
            services.GetRequiredService<ModelRegistry>(),
            services.GetRequiredService<IOptions<LocalSlmOptions>>().Value,
            services.GetServices<IModelRuntime>(),
            services.GetService<ILoggerFactory>(),
            services.GetService<TimeProvider>(),
            services.GetService<IHostEnvironment>()?.ContentRootPath
        );

    /// <summary>Finds a model.</summary>
    internal SharedModel<LocalModel, LocalChatClient> Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _models.TryGetValue(name, out var model)
            ? model
            : throw new ModelNotFoundException(
                name,
                Names.Count == 0
                    ? "no model is registered. Add one with services.AddLocalSlm().AddChatModel(name, path)."
                    : $"no model is registered under this name. Registered are: {string.Join(", ", Names)}."
            );
    }

    /// <summary>Finds an embedding model.</summary>
    internal SharedModel<LocalEmbeddingModel, LocalEmbeddingGenerator> FindEmbedding(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _embeddingModels.TryGetValue(name, out var model)
            ? model
            : throw new ModelNotFoundException(
                name,
                EmbeddingNames.Count == 0
                    ? "no embedding model is registered. Add one with services.AddLocalSlm().AddEmbeddingModel(name, path)."
                    : $"no embedding model is registered under this name. Registered are: {string.Join(", ", EmbeddingNames)}."
            );
    }
}
