using LocalSlm.Embeddings;
using LocalSlm.Loading;
using LocalSlm.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalSlm;

/// <summary>A loaded embedding model with its engine. Any number of generators may be made from it and used at once. Disposing it
/// ends every request with <see cref="ModelUnloadedException"/> and frees all native memory.</summary>
/// <remarks>Safe for concurrent use.</remarks>
public sealed class LocalEmbeddingModel : IDisposable, IAsyncDisposable
{
    private readonly ModelSeat<IRuntimeEmbedder> _seat;
    private readonly EmbeddingModelServices _services;
    private readonly ILogger _logger;
    private int _disposed;

    private LocalEmbeddingModel(ModelSeat<IRuntimeEmbedder> seat, EmbeddingModelServices services, ILogger logger)
    {
        _seat = seat;
        _services = services;
        _logger = logger;
    }

    /// <summary>Gets what the model is, and what every "automatic" option resolved to.</summary>
    public EmbeddingModelInfo Info => _services.Info;

    /// <summary>Gets the engine's figures of this moment.</summary>
    public EmbeddingStatistics Statistics => _services.Engine.Statistics;

    /// <summary>Gets the tokenizer.</summary>
    public ITokenizer Tokenizer => _services.Tokenizer;

    /// <summary>Loads a model.</summary>
    /// <param name="runtime">The runtime that serves it.</param>
    /// <param name="path">Its file or folder.</param>
    /// <param name="options">How to load it; copied. <see langword="null"/> for the defaults.</param>
    /// <param name="name">The name it is served under; <see langword="null"/> for its own, or the file's.</param>
    /// <param name="loggers">Where messages go; <see langword="null"/> for nowhere. None holds text.</param>
    /// <param name="progress">Told about progress.</param>
    /// <param name="timeProvider">The clock; <see langword="null"/> for the system's.</param>
    /// <param name="cancellationToken">Ends the loading; nothing is left behind.</param>
    /// <returns>The model; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">The options contradict each other, the model's files, or what it can do.</exception>
    /// <exception cref="ModelNotFoundException">Nothing is at <paramref name="path"/>.</exception>
    /// <exception cref="ModelFileException">It is damaged.</exception>
    /// <exception cref="UnsupportedModelException">It makes no embeddings.</exception>
    /// <exception cref="ModelLoadException">No device serves it; each is listed with its reason.</exception>
    /// <exception cref="NativeLibraryException">The native library is missing or of another version.</exception>
    /// <exception cref="InsufficientMemoryException">It does not fit.</exception>
    /// <exception cref="ModelQuarantinedException">Its last load ended the process; a host remembers that, a load without one does
    /// not.</exception>
    public static Task<LocalEmbeddingModel> LoadAsync(
        IModelRuntime runtime,
        string path,
        EmbeddingLoadOptions? options = null,
        string? name = null,
        ILoggerFactory? loggers = null,
        IProgress<ModelLoadProgress>? progress = null,
        TimeProvider? timeProvider = null,
        CancellationToken cancellationToken = default
    ) =>
        LoadAsync(
            runtime,
            path,
            options,
            name,
            new LoadServices
            {
                Loggers = loggers ?? NullLoggerFactory.Instance,
                Clock = timeProvider ?? TimeProvider.System,
            },
            progress,
            cancellationToken
        );

    /// <summary>Loads a model with what the loads of a host share.</summary>
    internal static async Task<LocalEmbeddingModel> LoadAsync(
        IModelRuntime runtime,
        string path,
        EmbeddingLoadOptions? options,
        string? name,
        LoadServices services,
        IProgress<ModelLoadProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(runtime);
        ArgumentException.ThrowIfNullOrEmpty(path);
        options = options?.Clone() ?? new EmbeddingLoadOptions();
        if (options.FindConflicts() is { Count: > 0 } conflicts)
        {
            throw new ArgumentException(string.Join(" ", conflicts), nameof(options));
        }

        var loggers = services.Loggers;
        var timeProvider = services.Clock;
        var started = timeProvider.GetTimestamp();
        var target = new EmbedderLoadTarget(runtime, path, options);
        var opener = new ModelOpener<IRuntimeEmbedder>(target, name, services);
        var opened = await opener.OpenAsync(progress, cancellationToken).ConfigureAwait(false);
        var embedder = opened.Model;
        EmbeddingEngine? engine = null;
        try
        {
            var info = Place(Describe(opened, options, name, timeProvider.GetElapsedTime(started)), opened);
            var tokenizer = new RelayTokenizer(embedder.Tokenizer);
            var encoder = new TextEncoder(tokenizer, info.MaxTokens, options.SpecialTokensAreText);
            var logger = loggers.CreateLogger<LocalEmbeddingModel>();
            var seat = new ModelSeat<IRuntimeEmbedder>(opener, opened, timeProvider, logger);
            var live = info;
            var failover = new EmbedderFailover(
                seat,
                tokenizer,
                info.Name,
                moved => Volatile.Write(ref live, Place(info, moved))
            );
            engine = new EmbeddingEngine(
                info.Name,
                options.Load.MaxQueuedRequests,
                info.Dimensions,
                embedder,
                timeProvider,
                logger,
                statistics => LocalSlmTelemetry.Shared.AddEmbeddingEngine(info.Name, info.Device, statistics),
                options.Load.FailOver ? failover : null
            );
            engine.RecordLoad(info.LoadDuration);
            EngineLog.ModelLoaded(logger, info.Name, info.Device, info.LoadDuration.TotalSeconds);
            if (info.PoolingSource == Default && info.Pooling is not null)
            {
                EmbeddingLog.PoolingUnknown(logger, info.Name);
            }

            progress?.Report(new ModelLoadProgress(ModelLoadStage.Ready, 1));
            return new LocalEmbeddingModel(
                seat,
                new EmbeddingModelServices
                {
                    LiveInfo = () => Volatile.Read(ref live),
                    Engine = engine,
                    Tokenizer = tokenizer,
                    Encoder = encoder,
                    Clock = timeProvider,
                    Logger = loggers.CreateLogger<LocalEmbeddingGenerator>(),
                },
                logger
            );
        }
        catch
        {
            engine?.Dispose();
            embedder.Dispose();
            throw;
        }
    }

    /// <summary>Makes a generator. Disposing it leaves the model loaded.</summary>
    /// <returns>The generator.</returns>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public LocalEmbeddingGenerator CreateGenerator()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        return new LocalEmbeddingGenerator(_services);
    }

    /// <summary>Makes a generator that unloads this model when it is disposed.</summary>
    /// <returns>The generator.</returns>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public LocalEmbeddingGenerator CreateOwningGenerator()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        return new LocalEmbeddingGenerator(_services, this);
    }

    /// <summary>Ends every request and frees the model. Waits for the native step that is running.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _services.Engine.Dispose();
            _seat.Dispose();
            EngineLog.ModelUnloaded(_logger, Info.Name);
        }
    }

    /// <summary>Ends every request and frees the model.</summary>
    /// <returns>A task that ends when everything is freed.</returns>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            await _services.Engine.DisposeAsync().ConfigureAwait(false);
            await _seat.DisposeAsync().ConfigureAwait(false);
            EngineLog.ModelUnloaded(_logger, Info.Name);
        }
    }

    private static EmbeddingModelInfo Place(EmbeddingModelInfo info, OpenedModel<IRuntimeEmbedder> opened)
    {
        var (embedder, placement, failed, history) = opened;
        return info with
        {
            Device = embedder.Device,
            Placement = placement,
            Memory = embedder.Memory,
            FailedDevices = [.. failed.Union(embedder.FailedDevices)],
            History = history,
            RuntimeVersion = embedder.RuntimeVersion,
            MaxTokens = Math.Min(info.MaxTokens, embedder.MaxTokens),
            BatchTexts = embedder.BatchTexts,
            BatchTokens = embedder.BatchTokens,
            Threads = embedder.Threads,
        };
    }

    private const string FromOptions = "options";
    private const string FromModel = "model";
    private const string Default = "default";

    private static EmbeddingModelInfo Describe(
        OpenedModel<IRuntimeEmbedder> opened,
        EmbeddingLoadOptions options,
        string? name,
        TimeSpan loadDuration
    )
    {
        var embedder = opened.Model;
        var facts = embedder.Facts;
        var known =
            facts.Embedding
            ?? throw new UnsupportedModelException(
                facts.Path,
                facts.Architecture,
                "its runtime says nothing about its vectors. Choose an embedding model."
            );
        if (known.PoolsItself && options.Pooling is { } pooling)
        {
            throw new ArgumentException(
                $"Pooling is {pooling}, but the model gives one vector for each text itself. Leave it out.",
                nameof(options)
            );
        }

        var prompts = new Dictionary<string, string>(known.Prompts, StringComparer.Ordinal);
        foreach (var (key, prompt) in options.Prompts)
        {
            prompts[key] = prompt;
        }

        var defaultPrompt = options.DefaultPromptName ?? known.DefaultPromptName;
        if (!string.IsNullOrEmpty(defaultPrompt) && !prompts.ContainsKey(defaultPrompt))
        {
            throw new ArgumentException(
                $"DefaultPromptName is '{defaultPrompt}', but there is no prompt of this name"
                    + (prompts.Count == 0 ? "." : $" among {string.Join(", ", prompts.Keys)}."),
                nameof(options)
            );
        }

        return new EmbeddingModelInfo
        {
            Name =
                name ?? facts.Name ?? Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(facts.Path)),
            Facts = facts,
            Device = embedder.Device,
            RuntimeVersion = embedder.RuntimeVersion,
            Dimensions = known.Dimensions,
            MatryoshkaDimensions = known.MatryoshkaDimensions,
            AllowsAnyDimensions = options.AllowAnyDimensions,
            MaxTokens = embedder.MaxTokens,
            Pooling = known.PoolsItself ? null : options.Pooling ?? known.Pooling ?? EmbeddingPooling.Mean,
            PoolingSource =
                options.Pooling is not null ? FromOptions
                : known.PoolsItself || known.Pooling is not null ? FromModel
                : Default,
            Normalizes = options.Normalize ?? known.Normalizes ?? true,
            NormalizesSource =
                options.Normalize is not null ? FromOptions
                : known.Normalizes is not null ? FromModel
                : Default,
            Prompts = prompts.AsReadOnly(),
            DefaultPromptName = string.IsNullOrEmpty(defaultPrompt) ? null : defaultPrompt,
            OverlongTexts = options.OverlongTexts,
            BatchTexts = embedder.BatchTexts,
            BatchTokens = embedder.BatchTokens,
            Threads = embedder.Threads,
            FailedDevices = opened.Failed,
            History = opened.History,
            LoadDuration = loadDuration,
        };
    }
}
