using LocalSlm.Testing;

namespace LocalSlm.Tests.Embeddings;

public sealed class EmbeddingFailoverTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Embed_DeviceFails_BatchesAreComputedOnTheNextOneOrEndTyped(bool failsOver)
    {
        var runtime = new FakeModelRuntime
        {
            Devices =
            [
                new("GPU0", "Fake Force", ComputeDeviceKind.Gpu, 8L << 30, 8L << 30),
                new("CPU", "fake processor", ComputeDeviceKind.Cpu, 0, 0),
            ],
        };
        var options = new EmbeddingLoadOptions { BatchTexts = 2 };
        options.Load.FailOver = failsOver;
        await using var model = await LocalEmbeddingModel.LoadAsync(runtime, "fake:embedder", options);
        runtime.LastEmbedder!.FailsAtBatch = 2;
        using var generator = model.CreateGenerator();
        string[] texts = ["one", "two and more", "three", "four", "five"];

        var task = generator.GenerateAsync(texts);

        if (!failsOver)
        {
            await Assert.ThrowsAsync<InferenceException>(() => task);
            return;
        }

        var vectors = await task;
        for (var i = 0; i < texts.Length; i++)
        {
            var expected = FakeEmbedder.VectorOf(texts[i]);
            var length = MathF.Sqrt(expected.Sum(static value => value * value));
            Assert.Equal(
                expected.Select(value => value / length),
                vectors[i].Vector.ToArray(),
                (a, b) => Math.Abs(a - b) < 1e-6
            );
        }

        Assert.Equal(2, runtime.OpenedModels);
        Assert.Equal("CPU", model.Info.Device);
        Assert.Equal("GPU0 (Fake Force)", Assert.Single(model.Info.FailedDevices).Device);
        Assert.Equal(
            [ModelHistoryKind.Loaded, ModelHistoryKind.FailedOver, ModelHistoryKind.Loaded],
            model.Info.History.Select(static entry => entry.Kind)
        );
        await model.DisposeAsync();
        Assert.Equal(0, runtime.LiveModels);
    }
}
