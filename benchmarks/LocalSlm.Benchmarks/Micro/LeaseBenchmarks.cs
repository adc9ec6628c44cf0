using BenchmarkDotNet.Attributes;
using LocalSlm.Models;
using LocalSlm.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalSlm.Benchmarks.Micro;

/// <summary>Time and memory of a lease of a loaded model, taken and given back: what the model manager adds to a request.</summary>
[MemoryDiagnoser]
public class LeaseBenchmarks
{
    private static readonly ModelKey s_key = new(ModelUse.Chat, "model");

    private readonly LocalSlmTelemetry _telemetry = new();
    private ModelManager _manager = null!;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _manager = new ModelManager(
            new ModelLimits(),
            TimeProvider.System,
            static () => long.MaxValue,
            NullLogger.Instance,
            _telemetry
        );
        _manager.Add(new ModelDefinition(s_key, static _ => Task.FromResult<IResidentModel>(new NoModel())));
        await _manager.PreloadAsync(s_key, Timeout.InfiniteTimeSpan, CancellationToken.None);
    }

    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        await _manager.DisposeAsync();
        _telemetry.Dispose();
    }

    [Benchmark]
    public async ValueTask LeaseAndRelease() =>
        (await _manager.LeaseAsync(s_key, null, CancellationToken.None).ConfigureAwait(false)).Dispose();

    private sealed class NoModel : IResidentModel
    {
        public string Device => "none";

        public long MemoryBytes => 0;

        public long WeightBytes => 0;

        public void Dispose() { }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
