using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace LocalSlm.Telemetry;

/// <summary>The meter and the activity source. Safe for concurrent use. What is measured is told in docs/guide/telemetry.md.</summary>
internal sealed class LocalSlmTelemetry : IDisposable
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Name = "LocalSlm";

    private readonly Lock _gate = new();
    private readonly Meter _meter;
    private readonly bool _ownsMeter;
    private EngineTelemetry[] _engines = [];
    private ModelTelemetry[] _models = [];

    /// <param name="meterFactory">Makes the meter and owns it; <see langword="null"/> for a meter of its own.</param>
    public LocalSlmTelemetry(IMeterFactory? meterFactory = null)
    {
        _ownsMeter = meterFactory is null;
        _meter = meterFactory?.Create(Name) ?? new Meter(Name);

        QueueDuration = Histogram(
            "localslm.request.queue.duration",
            "s",
            "Time that requests waited for a place.",
            [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120]
        );
        LoadDuration = Histogram(
            "localslm.model.load.duration",
            "s",
            "Time that models took to load.",
            [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300]
        );
        PrefillRate = Histogram(
            "localslm.prefill.rate",
            "{token}/s",
            "Prompt tokens computed per second, cached ones not counted.",
            [10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 25_000]
        );
        DecodeRate = Histogram(
            "localslm.decode.rate",
            "{token}/s",
            "Tokens generated per second after the first one.",
            [1, 2.5, 5, 10, 20, 40, 80, 160, 320, 640, 1280]
        );
        PromptTokens = Counter("localslm.prompt.tokens", "{token}", "Prompt tokens, by whether they were cached.");
        OutputTokens = Counter("localslm.output.tokens", "{token}", "Tokens generated.");
        Preemptions = Counter(
            "localslm.request.preemptions",
            "{preemption}",
            "Replies paused to give their memory to other ones."
        );
        ContextSlides = Counter(
            "localslm.context.slides",
            "{slide}",
            "Times that old tokens were dropped so that a reply could go on."
        );
        DeviceFallbacks = Counter(
            "localslm.device.fallbacks",
            "{fallback}",
            "Devices that did not serve a model, where another one was tried."
        );
        Failovers = Counter(
            "localslm.device.failovers",
            "{failover}",
            "Times that a device failed while it computed and the model went on with another one."
        );
        FailoverDuration = Histogram(
            "localslm.device.failover.duration",
            "s",
            "Time from a device's failure until the model was open on another one.",
            [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300]
        );
        EmbeddingTexts = Counter("localslm.embedding.texts", "{text}", "Texts, and parts of texts, made into vectors.");
        EmbeddingTokens = Counter(
            "localslm.embedding.tokens",
            "{token}",
            "Tokens computed for vectors, padding not counted."
        );
        EmbeddingBatchTexts = Histogram(
            "localslm.embedding.batch.texts",
            "{text}",
            "Texts that were computed together.",
            [1, 2, 4, 8, 16, 32, 64, 128, 256]
        );
        EmbeddingRate = Histogram(
            "localslm.embedding.rate",
            "{token}/s",
            "Tokens computed per second for vectors, padding not counted.",
            [10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000]
        );
        Loads = Counter("localslm.model.loads", "{load}", "Loads that ended, by outcome.");
        Unloads = Counter("localslm.model.unloads", "{unload}", "Models that were unloaded, by reason.");
        _meter.CreateObservableUpDownCounter(
            "localslm.model.loaded",
            ObserveLoaded,
            "{model}",
            "Models that are loaded."
        );
        _meter.CreateObservableUpDownCounter(
            "localslm.model.memory",
            ObserveMemory,
            "By",
            "Memory that loaded models take on all devices."
        );
        _meter.CreateObservableUpDownCounter(
            "localslm.model.waiting",
            ObserveWaiting,
            "{request}",
            "Requests and preloads that wait for a model to be loaded."
        );
        _meter.CreateObservableUpDownCounter(
            "localslm.request.count",
            ObserveRequests,
            "{request}",
            "Requests in the engine, by state."
        );
        _meter.CreateObservableGauge(
            "localslm.kv_cache.utilization",
            ObserveKvCache,
            "1",
            "Share of the KV cache that holds tokens."
        );
    }

    /// <summary>Gets the instance for engines that are made without a container.</summary>
    public static LocalSlmTelemetry Shared { get; } = new();

    internal static ActivitySource Activities { get; } = new(Name);

    internal Histogram<double> QueueDuration { get; }

    internal Histogram<double> LoadDuration { get; }

    internal Histogram<double> PrefillRate { get; }

    internal Histogram<double> DecodeRate { get; }

    internal Counter<long> PromptTokens { get; }

    internal Counter<long> OutputTokens { get; }

    internal Counter<long> Preemptions { get; }

    internal Counter<long> ContextSlides { get; }

    internal Counter<long> DeviceFallbacks { get; }
    internal Counter<long> Failovers { get; }

    internal Histogram<double> FailoverDuration { get; }

    internal Counter<long> EmbeddingTexts { get; }

    internal Counter<long> EmbeddingTokens { get; }

    internal Histogram<double> EmbeddingBatchTexts { get; }

    internal Histogram<double> EmbeddingRate { get; }

    internal Counter<long> Loads { get; }

    internal Counter<long> Unloads { get; }

    /// <summary>Begins to report a manager of models; until it is disposed.</summary>
    /// <param name="list">Lists what is loaded; called by whoever collects, on any thread.</param>
    /// <param name="waiting">Tells how many requests wait for loads.</param>
    public ModelTelemetry AddModels(Func<IReadOnlyList<LoadedModelStatus>> list, Func<int> waiting)
    {
        var models = new ModelTelemetry(this, list, waiting);
        lock (_gate)
        {
            _models = [.. _models, models];
        }

        return models;
    }

    /// <summary>Begins to report an engine; until it is disposed.</summary>
    /// <param name="model">The model's name.</param>
    /// <param name="device">The device's name.</param>
    /// <param name="statistics">Gives the live figures; called by whoever collects, on any thread.</param>
    public EngineTelemetry AddEngine(string model, string device, Func<EngineStatistics> statistics)
    {
        var engine = new EngineTelemetry(this, model, device, statistics);
        lock (_gate)
        {
            _engines = [.. _engines, engine];
        }

        return engine;
    }

    /// <summary>Begins to report the engine of an embedding model; until it is disposed.</summary>
    /// <param name="model">The model's name.</param>
    /// <param name="device">The device's name.</param>
    /// <param name="statistics">Gives the live figures; called by whoever collects, on any thread.</param>
    public EmbeddingTelemetry AddEmbeddingEngine(string model, string device, Func<EmbeddingStatistics> statistics) =>
        new(this, model, device, statistics);

    /// <summary>Ends the meter, where it is this object's own.</summary>
    public void Dispose()
    {
        if (_ownsMeter)
        {
            _meter.Dispose();
        }
    }

    internal void Remove(EngineTelemetry engine)
    {
        lock (_gate)
        {
            _engines = [.. _engines.Where(e => e != engine)];
        }
    }

    internal void Remove(ModelTelemetry models)
    {
        lock (_gate)
        {
            _models = [.. _models.Where(one => one != models)];
        }
    }

    private IEnumerable<Measurement<long>> ObserveLoaded() =>
        Volatile
            .Read(ref _models)
            .SelectMany(static models => models.List())
            .Select(static model => ModelTelemetry.Measure(model, 1));

    private IEnumerable<Measurement<long>> ObserveMemory() =>
        Volatile
            .Read(ref _models)
            .SelectMany(static models => models.List())
            .Select(static model => ModelTelemetry.Measure(model, model.MemoryBytes));

    private IEnumerable<Measurement<int>> ObserveWaiting()
    {
        var managers = Volatile.Read(ref _models);
        return managers.Length == 0 ? [] : [new Measurement<int>(managers.Sum(static models => models.Waiting()))];
    }

    private IEnumerable<Measurement<int>> ObserveRequests()
    {
        foreach (EngineTelemetry engine in Volatile.Read(ref _engines))
        {
            EngineStatistics now = engine.Statistics();
            yield return engine.Measure(now.QueuedRequests, "localslm.request.state", "queued");
            yield return engine.Measure(now.ActiveRequests, "localslm.request.state", "active");
            yield return engine.Measure(now.PausedRequests, "localslm.request.state", "paused");
        }
    }

    private IEnumerable<Measurement<double>> ObserveKvCache()
    {
        foreach (EngineTelemetry engine in Volatile.Read(ref _engines))
        {
            EngineStatistics now = engine.Statistics();
            if (now.CacheTokensTotal > 0)
            {
                yield return engine.Measure((double)now.CacheTokensUsed / now.CacheTokensTotal);
            }
        }
    }

    private Histogram<double> Histogram(string name, string unit, string description, double[] boundaries) =>
        _meter.CreateHistogram(
            name,
            unit,
            description,
            tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = boundaries }
        );

    private Counter<long> Counter(string name, string unit, string description) =>
        _meter.CreateCounter<long>(name, unit, description);
}
