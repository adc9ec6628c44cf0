using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Numerics.Tensors;
using LocalSlm.Telemetry;
using LocalSlm.Testing;
using Microsoft.Extensions.AI;

namespace LocalSlm.Tests.Embeddings;

public sealed class LocalEmbeddingGeneratorTests
{
    [Fact]
    public async Task Generate_MoreRequestsThanMayWait_AreRefusedAndTheOthersServed()
    {
        var runtime = new FakeModelRuntime();
        var options = new EmbeddingLoadOptions();
        options.Load.MaxQueuedRequests = 2;
        await using var model = await LocalEmbeddingModel.LoadAsync(runtime, "fake:queue", options);
        using var generator = model.CreateGenerator();
        using var gate = new ManualResetEventSlim();
        runtime.LastEmbedder!.BeforeEmbed = gate.Wait;

        // One is computed, two wait.
        var served = Enumerable.Range(0, 3).Select(i => generator.GenerateAsync([$"text {i}"])).ToArray();
        var error = await Assert.ThrowsAsync<QueueFullException>(() => generator.GenerateAsync(["too many"]));
        gate.Set();
        var results = await Task.WhenAll(served);

        Assert.Contains("2", error.Message, StringComparison.Ordinal);
        Assert.All(results, (result, i) => AssertVector($"text {i}", result[0]));
        AssertVector("again", (await generator.GenerateAsync(["again"]))[0]);
    }

    [Fact]
    public async Task Generate_TenThousandTexts_KeepsTheirOrder()
    {
        var runtime = new FakeModelRuntime();
        await using var model = await LocalEmbeddingModel.LoadAsync(runtime, "fake:many");
        using var generator = model.CreateGenerator();
        var texts = Enumerable.Range(0, 10_000).Select(i => new string((char)('a' + (i % 26)), 1 + (i % 50)) + i);

        var result = await generator.GenerateAsync(texts);

        Assert.Equal(10_000, result.Count);
        foreach (var (text, embedding) in texts.Zip(result))
        {
            AssertVector(text, embedding);
        }

        Assert.Equal(64, runtime.LastEmbedder!.LargestBatch);
    }

    [Fact]
    public async Task Generate_TextOfTenMegabytes_IsRefusedOrCutOrAveraged()
    {
        await using var model = await LocalEmbeddingModel.LoadAsync(new FakeModelRuntime(), "fake:long");
        using var generator = model.CreateGenerator();
        var text = new string('a', 10 << 20);

        var error = await Assert.ThrowsAsync<TextTooLongException>(() => generator.GenerateAsync(["b", text]));
        var cut = await generator.GenerateAsync([text], new() { OverlongTexts = OverlongTextPolicy.Truncate });
        var whole = await generator.GenerateAsync([text], new() { OverlongTexts = OverlongTextPolicy.AverageChunks });

        Assert.Equal((1, 10 << 20, 64), (error.Index, error.Tokens, error.MaxTokens));
        Assert.Equal((10 << 20) - 64, cut.OverlongReport!.DroppedTokens);
        Assert.Equal((10 << 20) / 64, whole.OverlongReport!.Chunks);
        Assert.Equal(10 << 20, whole.Usage!.InputTokenCount);
        AssertVector("a", cut[0]);
        AssertVector("a", whole[0]);
    }

    [Fact]
    public async Task Generate_RuntimeFails_GivesATypedErrorAndServesTheNext()
    {
        var runtime = new FakeModelRuntime();
        await using var model = await LocalEmbeddingModel.LoadAsync(runtime, "fake:fails");
        using var generator = model.CreateGenerator();
        runtime.LastEmbedder!.BeforeEmbed = static () => throw new InvalidOperationException("broken");

        var error = await Assert.ThrowsAsync<InferenceException>(() => generator.GenerateAsync(["a"]));
        runtime.LastEmbedder.BeforeEmbed = null;

        Assert.Contains("broken", error.Message, StringComparison.Ordinal);
        AssertVector("b", (await generator.GenerateAsync(["b"]))[0]);
    }

    [Fact]
    public async Task Generate_WithListeners_ReportsFiguresAndASpanUnderTheCaller()
    {
        // The instruments are the process's; the name tells this model's figures from those of other tests.
        const string Model = "told-by-meter";
        var figures = new List<(string Name, double Value)>();
        using var meters = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == LocalSlmTelemetry.Name)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        meters.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
        meters.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
        meters.Start();
        var ended = new TaskCompletionSource<Activity>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var activities = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == LocalSlmTelemetry.Name,
            Sample = static (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                if (span.OperationName == "localslm.embed" && Equals(span.GetTagItem("localslm.model"), Model))
                {
                    ended.TrySetResult(span);
                }
            },
        };
        ActivitySource.AddActivityListener(activities);
        using var caller = new Activity("caller");
        caller.Start();
        var model = await LocalEmbeddingModel.LoadAsync(new FakeModelRuntime(), "fake:" + Model);
        using var generator = model.CreateGenerator();

        await generator.GenerateAsync(["abc", "de"]);

        Assert.Same(caller, Activity.Current);
        await model.DisposeAsync();
        var span = await ended.Task;
        lock (figures)
        {
            Assert.Contains(("localslm.embedding.texts", 2), figures);
            Assert.Contains(("localslm.embedding.tokens", 5), figures);
            Assert.Contains(("localslm.embedding.batch.texts", 2), figures);
            Assert.Contains(figures, figure => figure is { Name: "localslm.embedding.rate", Value: > 0 });
            Assert.Contains(figures, figure => figure.Name == "localslm.request.queue.duration");
            Assert.Contains(figures, figure => figure.Name == "localslm.model.load.duration");
        }

        Assert.Equal("localslm.embed", span.OperationName);
        Assert.Equal(caller.SpanId, span.ParentSpanId);
        Assert.Equal(2, span.GetTagItem("localslm.embedding.texts"));
        Assert.Equal(5L, span.GetTagItem("localslm.embedding.tokens"));
        Assert.DoesNotContain(
            span.TagObjects,
            tag => tag.Value is string text && text.Contains("abc", StringComparison.Ordinal)
        );

        void Keep(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            foreach (var (key, of) in tags)
            {
                if (key == "localslm.model" && Equals(of, Model))
                {
                    lock (figures)
                    {
                        figures.Add((instrument.Name, value));
                    }
                }
            }
        }
    }

    private static void AssertVector(string text, Embedding<float> embedding) =>
        Assert.Equal(1.0, TensorPrimitives.CosineSimilarity(FakeEmbedder.VectorOf(text), embedding.Vector.Span), 1e-5);
}
