using LocalSlm.Hardware;
using LocalSlm.Hosting.Lifetime;
using LocalSlm.Hosting.Registration;
using LocalSlm.Hosting.Routing;
using LocalSlm.Models;
using LocalSlm.Telemetry;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace LocalSlm.Hosting;

/// <summary>The models of a host: each is loaded when it is wanted, shared by all its clients, and unloaded when nobody has used it for its
/// keep-alive, when others need its place, or when the host stops.</summary>
/// <remarks>A singleton service. Safe for concurrent use. Without a host, <see cref="LoadChatClientAsync"/> loads a model of
/// any kind.</remarks>
public sealed partial class LocalModelHost : IDisposable, IAsyncDisposable, IModelStates
{
    private readonly ModelManager _manager;
    private readonly ServedModels _models;
    private readonly OptionsWatcher _watcher;
    private readonly ILogger _logger;

    internal LocalModelHost(
        ModelRegistry registry,
        LocalSlmOptions options,
        IOptionsFactory<LocalSlmOptions> factory,
        IEnumerable<IOptionsChangeTokenSource<LocalSlmOptions>> changes,
        Func<Func<long>, ModelLoader> makeLoader,
        ILoggerFactory loggers,
        TimeProvider clock
    )
    {
        _logger = loggers.CreateLogger<LocalModelHost>();
        _manager = new ModelManager(
            ServedModels.LimitsOf(options),
            clock,
            MemoryLimits.GetAvailableBytes,
            _logger,
            LocalSlmTelemetry.Shared
        );
        _models = new ServedModels(registry, makeLoader(_manager.GetMappedBytes), _manager);
        _models.Apply(options);
        _watcher = new OptionsWatcher(registry, changes, factory, TakeIn, _logger);
    }

    /// <summary>Gets the names of the chat models, in order of registration; those that configuration added later come last.</summary>
    public IReadOnlyList<string> Names => _models.Names;

    /// <summary>Gets the name of the model that answers where a request names none.</summary>
    /// <exception cref="ModelNotFoundException">No model is registered.</exception>
    public string DefaultName =>
        _models.Options.DefaultModel
        ?? (Names is [var first, ..] ? first : null)
        ?? throw new ModelNotFoundException(
            "(default)",
            "no model is registered. Add one with services.AddLocalSlm().AddChatModel(name, path)."
        );

    /// <summary>Gets the names of the embedding models, in order of registration; those that configuration added later come last.</summary>
    public IReadOnlyList<string> EmbeddingNames => _models.EmbeddingNames;

    /// <summary>Gets the name of the embedding model that answers where a request names none.</summary>
    /// <exception cref="ModelNotFoundException">No embedding model is registered.</exception>
    public string DefaultEmbeddingName =>
        _models.Options.DefaultEmbeddingModel
        ?? (EmbeddingNames is [var first, ..] ? first : null)
        ?? throw new ModelNotFoundException(
            "(default)",
            "no embedding model is registered. Add one with services.AddLocalSlm().AddEmbeddingModel(name, path)."
        );

    /// <summary>Gets the manager of the models.</summary>
    internal ModelManager Manager => _manager;

    /// <summary>Gets the models that are to be loaded at start, in the order of loading.</summary>
    internal IReadOnlyList<ModelKey> LoadedAtStart => _models.LoadedAtStart;

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

    /// <summary>Lists the models that are loaded, in the order of loading: what <c>ollama ps</c> shows.</summary>
    /// <returns>What they are at this moment.</returns>
    public IReadOnlyList<LoadedModelStatus> ListLoaded() => _manager.List();

    /// <summary>Loads a model ahead of its first request, if it is not loaded. Callers at the same time share one load.</summary>
    /// <param name="name">The name of a chat model, an embedding model, or both.</param>
    /// <param name="cancellationToken">Ends the waiting, and the load if nobody else waits for it.</param>
    /// <returns>A task that ends when it is loaded.</returns>
    /// <exception cref="ModelNotFoundException">No model of this name is registered, or its file is not there.</exception>
    /// <exception cref="ModelBusyException">Too many requests wait for models to be loaded.</exception>
    /// <exception cref="ModelUnloadedException">The host has stopped.</exception>
    public async Task PreloadAsync(string name, CancellationToken cancellationToken = default)
    {
        foreach (var key in FindAll(name))
        {
            await PreloadAsync(key, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Unloads a model. It stays registered: the next request loads it again.</summary>
    /// <param name="name">The name of a chat model, an embedding model, or both.</param>
    /// <param name="atOnce">Whether running requests end with <see cref="ModelUnloadedException"/>. Otherwise (the default) the model goes
    /// with the last of them, and requests that come meanwhile wait and load it again.</param>
    /// <param name="cancellationToken">Ends the waiting; the model goes all the same.</param>
    /// <returns>A task that ends when its memory is free; at once if it is not loaded.</returns>
    /// <exception cref="ModelNotFoundException">No model of this name is registered.</exception>
    /// <exception cref="ModelUnloadedException">The host has stopped.</exception>
    public async Task UnloadAsync(string name, bool atOnce = false, CancellationToken cancellationToken = default)
    {
        foreach (var key in FindAll(name))
        {
            await _manager.UnloadAsync(key, atOnce, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes a lease of a registered model, loaded if need be. Callers at the same time share one load; after a failed one the
    /// next call tries again.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Ends the waiting, and the load if nobody else waits for it.</param>
    /// <returns>The lease; dispose it, or the model stays loaded.</returns>
    /// <exception cref="ModelNotFoundException">No model of this name is registered, or its file is not there.</exception>
    /// <exception cref="ModelBusyException">Too many requests wait for models to be loaded.</exception>
    /// <exception cref="ModelUnloadedException">The host has stopped.</exception>
    public async Task<ModelLease<LocalModel>> LeaseModelAsync(
        string name,
        CancellationToken cancellationToken = default
    )
    {
        Find(name);
        var lease = await LeaseAsync(new ModelKey(ModelUse.Chat, name), null, cancellationToken).ConfigureAwait(false);
        return new ModelLease<LocalModel>(((ResidentChatModel)lease.Model).Model, lease);
    }

    /// <summary>Takes a lease of a registered embedding model, loaded if need be. Callers at the same time share one load; after a failed
    /// one the next call tries again.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Ends the waiting, and the load if nobody else waits for it.</param>
    /// <returns>The lease; dispose it, or the model stays loaded.</returns>
    /// <exception cref="ModelNotFoundException">No model of this name is registered, or its file is not there.</exception>
    /// <exception cref="ModelBusyException">Too many requests wait for models to be loaded.</exception>
    /// <exception cref="ModelUnloadedException">The host has stopped.</exception>
    public async Task<ModelLease<LocalEmbeddingModel>> LeaseEmbeddingModelAsync(
        string name,
        CancellationToken cancellationToken = default
    )
    {
        FindEmbedding(name);
        var lease = await LeaseAsync(new ModelKey(ModelUse.Embedding, name), null, cancellationToken)
            .ConfigureAwait(false);
        return new ModelLease<LocalEmbeddingModel>(((ResidentEmbeddingModel)lease.Model).Model, lease);
    }

    /// <summary>Unloads every model. Loads under way are ended, and clean up after themselves.</summary>
    public void Dispose()
    {
        _watcher.Dispose();
        _manager.Dispose();
    }

    /// <summary>Unloads every model and waits until nothing is left of them. Running requests end with
    /// <see cref="ModelUnloadedException"/>.</summary>
    /// <returns>A task that ends then.</returns>
    public ValueTask DisposeAsync()
    {
        _watcher.Dispose();
        return _manager.DisposeAsync();
    }

    /// <inheritdoc/>
    IReadOnlyList<ModelState> IModelStates.GetStates()
    {
        var atStart = LoadedAtStart;
        return
        [
            .. _manager
                .GetStates()
                .Select(one => new ModelState(
                    one.Key.Name,
                    atStart.Contains(one.Key),
                    one.Model is { Fault: null } ? ModelLoadState.Loaded
                        : one.Model is not null ? ModelLoadState.Broken
                        : one.IsLoading ? ModelLoadState.Loading
                        : one.LoadError is not null ? ModelLoadState.Failed
                        : ModelLoadState.NotLoaded
                )
                {
                    Device = one.Model?.Device,
                    FailedDevices = one.Model?.FailedDevices ?? [],
                    History = one.Model?.History ?? [],
                    Use = one.Key.Use,
                    LoadError =
                        one.Model is { } model ? model.Fault
                        : one.IsLoading ? null
                        : one.LoadError,
                }),
        ];
    }

    /// <summary>Makes the host's models from its services.</summary>
    internal static LocalModelHost Create(IServiceProvider services)
    {
        var loggers = services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;
        var clock = services.GetService<TimeProvider>() ?? TimeProvider.System;
        return new LocalModelHost(
            services.GetRequiredService<ModelRegistry>(),
            services.GetRequiredService<IOptions<LocalSlmOptions>>().Value,
            services.GetRequiredService<IOptionsFactory<LocalSlmOptions>>(),
            services.GetServices<IOptionsChangeTokenSource<LocalSlmOptions>>(),
            reservedBytes => new ModelLoader(
                [.. services.GetServices<IModelRuntime>()],
                loggers,
                clock,
                services.GetService<IHostEnvironment>()?.ContentRootPath,
                services.GetRequiredService<IOptions<LocalSlmOptions>>().Value.StateDirectory,
                reservedBytes
            ),
            loggers,
            clock
        );
    }

    /// <summary>Unloads every model; running requests get <see cref="LocalSlmOptions.StopGracePeriod"/>.</summary>
    internal Task StopAsync(CancellationToken cancellationToken)
    {
        _watcher.Dispose();
        return _manager.StopAsync(_models.Options.StopGracePeriod, cancellationToken);
    }

    /// <summary>Loads a model if it is not loaded.</summary>
    internal Task PreloadAsync(ModelKey key, CancellationToken cancellationToken) =>
        _manager.PreloadAsync(key, keepAlive: null, cancellationToken);

    /// <summary>Takes a lease. Await it, and dispose it once.</summary>
    internal ValueTask<ModelLease> LeaseAsync(ModelKey key, TimeSpan? keepAlive, CancellationToken cancellationToken) =>
        _manager.LeaseAsync(key, keepAlive, cancellationToken);

    /// <summary>Makes the client of a model.</summary>
    internal IChatClient CreateChatClient(string name) => new HostedChatClient(this, name);

    /// <summary>Makes the generator of a model.</summary>
    internal IEmbeddingGenerator<string, Embedding<float>> CreateEmbeddingGenerator(string name) =>
        new HostedEmbeddingGenerator(this, name);

    /// <summary>Makes the client of a model that was not registered, but is served now.</summary>
    /// <exception cref="ModelNotFoundException">It is not.</exception>
    internal IChatClient CreateLaterChatClient(object? key) => CreateChatClient(Find(NameOf(key)));

    /// <summary>Makes the generator of a model that was not registered, but is served now.</summary>
    /// <exception cref="ModelNotFoundException">It is not.</exception>
    internal IEmbeddingGenerator<string, Embedding<float>> CreateLaterEmbeddingGenerator(object? key) =>
        CreateEmbeddingGenerator(FindEmbedding(NameOf(key)));

    /// <summary>Puts changed options in force.</summary>
    private void TakeIn(LocalSlmOptions options)
    {
        var known = LoadedAtStart
            .Except(_manager.GetStates().Where(static one => one.LoadError is not null).Select(static one => one.Key))
            .ToList();
        var old = _models.Options;
        _models.Apply(options);
        _logger.OptionsChanged(string.Join(", ", Names), string.Join(", ", EmbeddingNames));
        if (
            old.NativeLibraryDirectory != options.NativeLibraryDirectory
            || old.StateDirectory != options.StateDirectory
            || !LoadOptionsComparison.AreSame(old.Onnx, options.Onnx)
        )
        {
            _logger.RestartNeeded(
                $"{nameof(options.NativeLibraryDirectory)}, {nameof(options.Onnx)} or {nameof(options.StateDirectory)}"
            );
        }

        // A model of the start that could not be loaded gets another chance: perhaps that is what was changed.
        foreach (var key in LoadedAtStart.Except(known))
        {
            _ = PreloadQuietlyAsync(key);
        }
    }

    private async Task PreloadQuietlyAsync(ModelKey key) =>
        // The manager logs what goes wrong.
        await PreloadAsync(key, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
