using System.Collections.Concurrent;
using LocalSlm.Hosting.Lifetime;
using LocalSlm.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LocalSlm.Tests.Hosting.Lifetime;

/// <summary>What the log tells while the host starts.</summary>
public sealed class WarmUpTests
{
    [Fact]
    public async Task StartAsync_ModelsOfTheStart_AreLoadedInOrderAndLogged()
    {
        var (host, log) = NewHost(
            """
            { "LocalSlm": { "Models": {
                "a": { "Path": "fake:a", "LoadAtStart": true }, "b": "fake:b", "c": { "Path": "fake:c", "LoadAtStart": true } } } }
            """
        );
        using (host)
        {
            await host.StartAsync();
            await host.StopAsync();
        }

        Assert.Equal(
            [
                "Loading 2 model(s) before the host starts.",
                "Loading model a: Inspecting, 0 %.",
                "Loading model a: LoadingWeights, 50 %.",
                "Loading model a: Ready, 100 %.",
                "Loading model c: Inspecting, 0 %.",
                "Loading model c: LoadingWeights, 50 %.",
                "Loading model c: Ready, 100 %.",
            ],
            log.Messages.Where(static message => message.StartsWith("Loading", StringComparison.Ordinal))
        );
        Assert.Contains(
            log.Messages,
            static message => message.StartsWith("2 model(s) were loaded before", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task StartAsync_ModelThatCannotBeLoaded_KeepsTheHostFromStarting()
    {
        var (host, log) = NewHost(
            """{ "LocalSlm": { "Models": { "a": { "Path": "fake:a", "LoadAtStart": true } } } }""",
            new FakeModelRuntime { BeforeOpen = static (path, _) => throw new ModelLoadException(path, "broken") }
        );
        using (host)
        {
            await Assert.ThrowsAsync<ModelLoadException>(() => host.StartAsync());
        }

        Assert.Contains(log.Messages, static message => message.Contains("broken", StringComparison.Ordinal));
    }

    [Fact]
    public async Task StartAsync_NoticesOfTheOptions_AreWarnings()
    {
        var (host, log) = NewHost("""{ "deployment": { "api": { "port": 8080 } } }""");
        using (host)
        {
            await host.StartAsync();
            await host.StopAsync();
        }

        Assert.Contains(
            log.Entries,
            static entry =>
                entry.Level == LogLevel.Warning
                && entry.Message.StartsWith("Options: deployment:api:port is '8080'", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Report_ManyStepsOfAStage_AreLoggedEveryTwoSeconds()
    {
        var clock = new ManualClock();
        var log = new ListLog();
        var told = new List<double>();
        var progress = new LoadProgressLog("a", log, clock, new Listener(step => told.Add(step.Fraction)));
        for (var step = 0; step <= 100; step++)
        {
            progress.Report(new ModelLoadProgress(ModelLoadStage.LoadingWeights, step / 100.0));
            clock.Advance(TimeSpan.FromMilliseconds(100));
        }

        // 10 seconds: the first step, and one every two seconds after it.
        Assert.Equal(6, log.Messages.Count());
        Assert.Equal(101, told.Count);
    }

    private static (IHost Host, ListLog Log) NewHost(string json, FakeModelRuntime? runtime = null)
    {
        var builder = HostFixture.NewBuilder(runtime ?? new FakeModelRuntime());
        HostFixture.AddJson(builder, json);
        var log = new ListLog();
        builder.Logging.AddProvider(log);
        builder.Services.AddLocalSlm(builder.Configuration);
        return (builder.Build(), log);
    }

    private sealed class Listener(Action<ModelLoadProgress> tell) : IProgress<ModelLoadProgress>
    {
        public void Report(ModelLoadProgress value) => tell(value);
    }

    private sealed class ManualClock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan time) => _ticks += time.Ticks;
    }

    private sealed class ListLog : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<(LogLevel Level, string Message)> _entries = new();

        public IEnumerable<(LogLevel Level, string Message)> Entries => _entries;

        public IEnumerable<string> Messages => _entries.Select(static entry => entry.Message);

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => _entries.Enqueue((logLevel, formatter(state, exception)));

        public void Dispose() { }
    }
}
