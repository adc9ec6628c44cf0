using System.Diagnostics;
using System.Diagnostics.Metrics;
using LocalSlm.Scheduling;
using LocalSlm.Telemetry;

namespace LocalSlm.Tests.Telemetry;

public class LocalSlmTelemetryTests
{
    private static readonly GenerationUsage s_usage = new()
    {
        PromptTokens = 110,
        CachedTokens = 10,
        OutputTokens = 41,
        QueueDuration = TimeSpan.FromSeconds(0.25),
        PrefillDuration = TimeSpan.FromSeconds(0.5),
        DecodeDuration = TimeSpan.FromSeconds(2),
    };

    [Fact]
    public void RecordRequest_WithListener_ReportsEveryFigureWithItsTags()
    {
        using var telemetry = new LocalSlmTelemetry();
        using var listener = new Recorder(telemetry);
        using EngineTelemetry engine = telemetry.AddEngine("m", "cpu", () => new EngineStatistics());
        engine.RecordLoad(TimeSpan.FromSeconds(3));
        engine.RecordRequest(s_usage);
        engine.RecordPreemption();
        engine.RecordContextSlide();

        const string Tags = "localslm.model=m,localslm.device=cpu";
        Assert.Equal(
            [
                $"localslm.context.slides 1 {Tags}",
                $"localslm.decode.rate 20 {Tags}",
                $"localslm.model.load.duration 3 {Tags}",
                $"localslm.output.tokens 41 {Tags}",
                $"localslm.prefill.rate 200 {Tags}",
                $"localslm.prompt.tokens 10 {Tags},localslm.prompt.source=cached",
                $"localslm.prompt.tokens 100 {Tags},localslm.prompt.source=computed",
                $"localslm.request.preemptions 1 {Tags}",
                $"localslm.request.queue.duration 0.25 {Tags}",
            ],
            listener.Lines.Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void RecordRequest_NothingGenerated_ReportsNoRates()
    {
        using var telemetry = new LocalSlmTelemetry();
        using var listener = new Recorder(telemetry);
        using EngineTelemetry engine = telemetry.AddEngine("m", "cpu", () => new EngineStatistics());
        engine.RecordRequest(s_usage with { OutputTokens = 0 });
        Assert.DoesNotContain(listener.Lines, l => l.Contains(".rate", StringComparison.Ordinal));
    }

    [Fact]
    public void Observe_SeveralEngines_ReportsThoseThatLive()
    {
        using var telemetry = new LocalSlmTelemetry();
        using var listener = new Recorder(telemetry);
        var statistics = new EngineStatistics
        {
            QueuedRequests = 4,
            ActiveRequests = 3,
            PausedRequests = 2,
            CacheTokensUsed = 256,
            CacheTokensTotal = 1024,
        };
        using EngineTelemetry first = telemetry.AddEngine("a", "cpu", () => statistics);
        EngineTelemetry second = telemetry.AddEngine("b", "gpu", () => new EngineStatistics());
        second.Dispose();
        listener.Collect();

        const string Tags = "localslm.model=a,localslm.device=cpu";
        Assert.Equal(
            [
                $"localslm.kv_cache.utilization 0.25 {Tags}",
                $"localslm.request.count 2 {Tags},localslm.request.state=paused",
                $"localslm.request.count 3 {Tags},localslm.request.state=active",
                $"localslm.request.count 4 {Tags},localslm.request.state=queued",
            ],
            listener.Lines.Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void Dispose_MeterFromAFactory_LeavesTheMeterToIt()
    {
        using var factory = new Factory();
        var telemetry = new LocalSlmTelemetry(factory);
        using var listener = new Recorder(telemetry);
        using EngineTelemetry engine = telemetry.AddEngine("m", "cpu", () => new EngineStatistics());
        telemetry.Dispose();
        engine.RecordPreemption();
        Assert.Same(factory.Made, telemetry.OutputTokens.Meter);
        Assert.Single(listener.Lines);
    }

    [Fact]
    public void Record_NobodyListens_AllocatesNothing()
    {
        using var telemetry = new LocalSlmTelemetry();
        using EngineTelemetry engine = telemetry.AddEngine("m", "cpu", () => new EngineStatistics());
        void All()
        {
            engine.RecordRequest(s_usage);
            engine.RecordPreemption();
            engine.RecordContextSlide();
            engine.RecordLoad(TimeSpan.FromSeconds(1));
        }

        All();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            All();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Names_AllInstruments_AreInTheGuide()
    {
        using var telemetry = new LocalSlmTelemetry();
        using var listener = new Recorder(telemetry);
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "LocalSlm.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        Assert.SkipWhen(folder is null, "The tests run outside the repository; the guide is not there.");
        string guide = File.ReadAllText(Path.Combine(folder!, "docs", "guide", "telemetry.md"));
        Assert.Equal(22, listener.Instruments.Count);
        Assert.All(
            listener.Instruments,
            i => Assert.Contains($"| `{i.Name}` | {i.Unit} |", guide, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Generation_WithListener_IsAChildOfTheCallersActivityAndLeavesItCurrent()
    {
        using var telemetry = new LocalSlmTelemetry();
        using EngineTelemetry engine = telemetry.AddEngine("m", "cpu", () => new EngineStatistics());
        using var listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name == LocalSlmTelemetry.Name,
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        using var caller = new Activity("caller");
        caller.Start();

        Activity? span = engine.StartGeneration();
        Assert.Same(caller, Activity.Current);
        Assert.NotNull(span);
        Assert.Equal(caller.SpanId, span.ParentSpanId);

        await Task.Factory.StartNew(
            () => EngineTelemetry.EndGeneration(span, s_usage, new InvalidOperationException("secret")),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );
        Assert.Same(caller, Activity.Current);
        Assert.True(span.IsStopped);
        Assert.Equal(41, span.GetTagItem("localslm.output.tokens"));
        Assert.Equal("System.InvalidOperationException", span.GetTagItem("error.type"));
        Assert.DoesNotContain(
            span.TagObjects,
            t => t.Value is string s && s.Contains("secret", StringComparison.Ordinal)
        );
        Assert.Null(span.StatusDescription);
    }

    private sealed class Factory : IMeterFactory
    {
        public Meter? Made { get; private set; }

        public Meter Create(MeterOptions options) => Made = new Meter(options);

        public void Dispose() => Made?.Dispose();
    }

    /// <summary>Writes down what one telemetry object measures, as name, value, tags.</summary>
    private sealed class Recorder : IDisposable
    {
        private readonly MeterListener _listener = new();

        public Recorder(LocalSlmTelemetry telemetry)
        {
            Meter meter = telemetry.OutputTokens.Meter;
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter == meter)
                {
                    Instruments.Add(instrument);
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<double>((i, value, tags, _) => Add(i, value, tags));
            _listener.SetMeasurementEventCallback<long>((i, value, tags, _) => Add(i, value, tags));
            _listener.SetMeasurementEventCallback<int>((i, value, tags, _) => Add(i, value, tags));
            _listener.Start();
        }

        public List<Instrument> Instruments { get; } = [];

        public List<string> Lines { get; } = [];

        public void Collect() => _listener.RecordObservableInstruments();

        public void Dispose() => _listener.Dispose();

        private void Add<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            string list = string.Join(',', tags.ToArray().Select(t => $"{t.Key}={t.Value}"));
            Lines.Add(FormattableString.Invariant($"{instrument.Name} {value} {list}"));
        }
    }
}
