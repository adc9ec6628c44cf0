using System.Diagnostics;
using System.Diagnostics.Metrics;
using LocalSlm.Scheduling;
using LocalSlm.Telemetry;
using LocalSlm.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalSlm.Tests.Scheduling;

public class EngineTelemetryTests
{
    [Fact]
    public async Task Submit_AReply_IsMeteredAndTracedUnderItsCaller()
    {
        using var telemetry = new LocalSlmTelemetry();
        var sums = new Dictionary<string, double>();
        using var meters = new MeterListener();
        meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == LocalSlmTelemetry.Name)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            foreach (var tag in tags)
            {
                if (tag.Value is "metered")
                {
                    lock (sums)
                    {
                        sums[instrument.Name] = sums.GetValueOrDefault(instrument.Name) + value;
                    }
                }
            }
        }

        meters.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        meters.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        meters.Start();
        var spans = new List<Activity>();
        using var activities = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == LocalSlmTelemetry.Name,
            Sample = static (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                lock (spans)
                {
                    spans.Add(span);
                }
            },
        };
        ActivitySource.AddActivityListener(activities);
        using var caller = new Activity("caller").Start();

        var decoder = new FakeDecoder(new FakeDecoderOptions { EndEvery = 0 });
        using (
            var engine = new InferenceEngine(
                new EngineSettings { ModelName = "metered" },
                decoder,
                new FakeTokenizer(),
                TimeProvider.System,
                NullLogger.Instance,
                statistics => telemetry.AddEngine("metered", "CPU", statistics)
            )
        )
        {
            await EngineHarness.ReadAsync(engine.Submit(EngineHarness.Request("hello", 7), default));
        }

        lock (sums)
        {
            Assert.Equal(5, sums["localslm.prompt.tokens"]);
            Assert.Equal(7, sums["localslm.output.tokens"]);
            Assert.True(sums.ContainsKey("localslm.request.queue.duration"));
        }

        lock (spans)
        {
            var span = Assert.Single(spans, span => span.TraceId == caller.TraceId);
            Assert.Equal(caller.SpanId, span.ParentSpanId);
            Assert.Equal(7, span.GetTagItem("localslm.output.tokens"));
        }
    }
}
