using System.Diagnostics;
using System.Diagnostics.Metrics;
using LocalSlm.Telemetry;

namespace LocalSlm.Tests.Loading;

public sealed class LoadTelemetryTests : IDisposable
{
    private readonly LoadBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Open_WhereTheGpuIsTooFull_CountsAFallbackForWantOfMemory()
    {
        _bench.Runtime.Devices = [LoadBench.Gpu with { FreeMemoryBytes = 1 }, LoadBench.Cpu];
        var counted = new List<string>();
        using var meter = CountFallbacks(_bench.Path["fake:".Length..], counted);
        (await _bench.OpenAsync()).Model.Dispose();

        Assert.Contains("=out_of_memory", Assert.Single(counted), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_WithAFallback_CountsItAndAddsAnEventToTheSpan()
    {
        var name = _bench.Path["fake:".Length..];
        var counted = new List<string>();
        using var meter = CountFallbacks(name, counted);
        var spans = new List<Activity>();
        using var activities = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == LocalSlmTelemetry.Name,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = span =>
            {
                if (
                    span.OperationName == "localslm.load"
                    && span.Tags.Any(tag => (tag.Value ?? "").EndsWith(name, StringComparison.Ordinal))
                )
                {
                    spans.Add(span);
                }
            },
        };
        ActivitySource.AddActivityListener(activities);

        _bench.FailOn(device => device == LoadBench.Npu ? _bench.Refusal(device) : null);
        (await _bench.OpenAsync()).Model.Dispose();
        _bench.FailOn(_ => new ModelFileException(_bench.Path, "torn."));
        await Assert.ThrowsAsync<ModelFileException>(() => _bench.OpenAsync());

        Assert.Equal(
            [
                $"1 localslm.model={name} localslm.device=NPU0 (Fake Boost) localslm.device.next=GPU0 (Fake Force) localslm.fallback.reason=failed",
            ],
            counted
        );
        Assert.Equal(2, spans.Count);
        var told = Assert.Single(spans[0].Events);
        Assert.Equal("localslm.device.fallback", told.Name);
        Assert.Equal("It said no.", told.Tags.Single(static tag => tag.Key == "localslm.fallback.message").Value);
        Assert.Equal("GPU0", spans[0].GetTagItem("localslm.device"));
        Assert.Equal(name, spans[0].GetTagItem("localslm.model"));
        Assert.Equal(ActivityStatusCode.Unset, spans[0].Status);
        Assert.Equal(ActivityStatusCode.Error, spans[1].Status);
        Assert.Equal(typeof(ModelFileException).FullName, spans[1].GetTagItem("error.type"));
        Assert.Null(Activity.Current);
    }

    private static MeterListener CountFallbacks(string name, List<string> counted)
    {
        var meter = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Name == "localslm.device.fallbacks")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        meter.SetMeasurementEventCallback<long>(
            (_, value, tags, _) =>
            {
                var text = string.Join(' ', tags.ToArray().Select(static tag => $"{tag.Key}={tag.Value}"));
                if (text.Contains($"={name} ", StringComparison.Ordinal))
                {
                    counted.Add($"{value} {text}");
                }
            }
        );
        meter.Start();
        return meter;
    }
}
