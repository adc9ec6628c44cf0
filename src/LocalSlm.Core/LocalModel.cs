using LocalSlm.Chat;
using LocalSlm.Loading;
using LocalSlm.Scheduling;
using LocalSlm.Telemetry;
using LocalSlm.Tools;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalSlm;

/// <summary>A loaded model with its engine. Any number of chat clients may be made from it and used at once. Disposing it ends
/// every reply with <see cref="ModelUnloadedException"/> and frees all native memory.</summary>
/// <remarks>Safe for concurrent use.</remarks>
public sealed class LocalModel : IDisposable, IAsyncDisposable
{
    private readonly ModelSeat<IRuntimeModel> _seat;
    private readonly InferenceEngine _engine;
    private readonly ChatModelServices _services;
    private readonly ILogger _logger;
    private int _disposed;

    private LocalModel(
        ModelSeat<IRuntimeModel> seat,
        InferenceEngine engine,
        ChatModelServices services,
        ILogger logger
    )
    {
        _seat = seat;
        _engine = engine;
        _services = services;
        _logger = logger;
    }

    /// <summary>Gets what the model is, and what every "automatic" option resolved to. After its device has failed and another has taken
    /// over, this is another object.</summary>
    public LoadedModelInfo Info => _services.Info;

    /// <summary>Gets the engine's figures of this moment.</summary>
    public EngineStatistics Statistics => _engine.Statistics;

    /// <summary>Gets the tokenizer.</summary>
    public ITokenizer Tokenizer => _services.Tokenizer;

    /// <summary>Gets why every request fails, although the model is loaded; <see langword="null"/> while it serves.</summary>
    internal Exception? Fault => _engine.Fault;

    /// <summary>Loads a model.</summary>
    /// <param name="runtime">The runtime that serves it.</param>
    /// <param name="path">Its file or folder.</param>
    /// <param name="options">How to load it; copied. <see langword="null"/> for the defaults.</param>
    /// <param name="name">The name it is served under; <see langword="null"/> for its own, or the file's.</param>
    /// <param name="loggers">Where messages go; <see langword="null"/> for nowhere. None holds text of prompts or replies.</param>
    /// <param name="progress">Told about progress.</param>
    /// <param name="timeProvider">The clock; <see langword="null"/> for the system's.</param>
    /// <param name="cancellationToken">Ends the loading; nothing is left behind.</param>
    /// <returns>The model; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">The options contradict each other, or name a tool format that there is none of.</exception>
    /// <exception cref="ModelNotFoundException">Nothing is at <paramref name="path"/>.</exception>
    /// <exception cref="ModelFileException">It is damaged.</exception>
    /// <exception cref="UnsupportedModelException">It is of a kind that cannot chat.</exception>
    /// <exception cref="ModelLoadException">No device serves it; each is listed with its reason.</exception>
    /// <exception cref="NativeLibraryException">The native library is missing or of another version.</exception>
    /// <exception cref="InsufficientMemoryException">It does not fit.</exception>
    /// <exception cref="ModelQuarantinedException">Its last load ended the process; a host remembers that, a load without one does
    /// not.</exception>
    /// <exception cref="ChatTemplateException">The template in the options cannot be parsed, or the model has none of the name that they
    /// give.</exception>
    public static Task<LocalModel> LoadAsync(
        IModelRuntime runtime,
        string path,
        ModelLoadOptions? options = null,
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
    internal static async Task<LocalModel> LoadAsync(
        IModelRuntime runtime,
        string path,
        ModelLoadOptions? options,
        string? name,
        LoadServices services,
        IProgress<ModelLoadProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(runtime);
        ArgumentException.ThrowIfNullOrEmpty(path);
        options = options?.Clone() ?? new ModelLoadOptions();
        if (options.FindConflicts() is { Count: > 0 } conflicts)
        {
            throw new ArgumentException(string.Join(" ", conflicts), nameof(options));
        }

        var family = options.ToolFormat is { } given
            ? ToolFormats.Find(given)
                ?? throw new ArgumentException(OptionError.UnknownToolFormat(given), nameof(options))
            : null;
        var loggers = services.Loggers;
        var timeProvider = services.Clock;
        var started = timeProvider.GetTimestamp();
        var opener = new ModelOpener<IRuntimeModel>(new ChatLoadTarget(runtime, path, options), name, services);
        var opened = await opener.OpenAsync(progress, cancellationToken).ConfigureAwait(false);
        var model = opened.Model;
        InferenceEngine? engine = null;
        try
        {
            var tokenizer = new RelayTokenizer(model.Tokenizer);
            IPromptFormat Parse(string source) => new JinjaPromptFormat(source, tokenizer, timeProvider);
            var format = ModelPromptFormat.Choose(model.Facts, options, Parse);
            var logger = loggers.CreateLogger<InferenceEngine>();
            var seat = new ModelSeat<IRuntimeModel>(opener, opened, timeProvider, logger);
            var failover = new ModelFailover(
                seat,
                tokenizer,
                Describe(opened, options, name, format, family, timeProvider.GetElapsedTime(started)),
                options.MaxConcurrentReplies
            );
            var info = failover.Info;
            engine = new InferenceEngine(
                EngineSettings.From(info.Name, options),
                model.Decoder,
                tokenizer,
                timeProvider,
                logger,
                statistics => LocalSlmTelemetry.Shared.AddEngine(info.Name, info.Device, statistics),
                options.FailOver ? failover : null
            );
            engine.RecordLoad(info.LoadDuration);
            EngineLog.ModelLoaded(logger, info.Name, info.Device, info.LoadDuration.TotalSeconds);
            progress?.Report(new ModelLoadProgress(ModelLoadStage.Ready, 1));
            var chat = new ChatModelServices
            {
                Info = info,
                Generator = engine,
                Tokenizer = tokenizer,
                PromptTokenizer = new PromptMemory(tokenizer),
                PromptFormat = format.Format,
                ParsePromptFormat = Parse,
                ToolFormat = family,
                TemplateVariables = options.ChatTemplateVariables.AsReadOnly(),
                Clock = timeProvider,
                Logger = loggers.CreateLogger<LocalChatClient>(),
            };
            failover.Follow(changed => chat.Info = changed);
            return new LocalModel(seat, engine, chat, logger);
        }
        catch
        {
            engine?.Dispose();
            model.Dispose();
            throw;
        }
    }

    /// <summary>Makes a chat client. Disposing it leaves the model loaded.</summary>
    /// <returns>The client.</returns>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public LocalChatClient CreateChatClient()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        return new LocalChatClient(_services);
    }

    /// <summary>Makes a chat client that unloads this model when it is disposed.</summary>
    /// <returns>The client.</returns>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public LocalChatClient CreateOwningChatClient()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        return new LocalChatClient(_services, this);
    }

    /// <summary>Ends every reply and frees the model. Waits for the native step that is running.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _engine.Dispose();
            _seat.Dispose();
            EngineLog.ModelUnloaded(_logger, Info.Name);
        }
    }

    /// <summary>Ends every reply and frees the model.</summary>
    /// <returns>A task that ends when everything is freed.</returns>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            await _engine.DisposeAsync().ConfigureAwait(false);
            await _seat.DisposeAsync().ConfigureAwait(false);
            EngineLog.ModelUnloaded(_logger, Info.Name);
        }
    }

    private static LoadedModelInfo Describe(
        OpenedModel<IRuntimeModel> opened,
        ModelLoadOptions options,
        string? name,
        ModelPromptFormat format,
        ToolFormat? family,
        TimeSpan loadDuration
    )
    {
        var model = opened.Model;
        var capabilities = model.Decoder.Capabilities;
        return new LoadedModelInfo
        {
            Name = name ?? model.Facts.Name ?? Path.GetFileNameWithoutExtension(model.Facts.Path),
            Facts = model.Facts,
            Device = model.Device,
            Provider = model.Provider,
            FailedDevices = opened.Failed,
            Placement = opened.Placement,
            Memory = model.Memory,
            History = opened.History,
            RuntimeVersion = model.RuntimeVersion,
            ContextTokens = capabilities.SequenceTokens,
            CacheTokens = capabilities.TotalTokens,
            MaxConcurrentReplies = Math.Min(options.MaxConcurrentReplies, capabilities.SequenceCount),
            Threads = model.Threads,
            GpuLayers = model.GpuLayers,
            KvCacheLayout = capabilities.KvCacheLayout,
            ChatTemplateSource = format.Source,
            ToolFormat = format.Format is null ? null : TemplateProfile.FamilyOf(format.Format, family).Name,
            LoadDuration = loadDuration,
        };
    }
}
