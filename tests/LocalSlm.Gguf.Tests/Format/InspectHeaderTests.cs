using LocalSlm.Gguf;
using LocalSlm.Testing;
using LocalSlm.Testing.TinyModels;

namespace LocalSlm.Tests.Format;

public sealed class InspectHeaderTests
{
    [Fact]
    public async Task InspectHeaderAsync_OfTheBeginning_GivesTheFactsOfTheFile()
    {
        var whole = new GgufRuntime().Inspect(TestAssets.MiniMindPath);
        await using var file = File.OpenRead(TestAssets.MiniMindPath);
        var start = new byte[2 << 20];
        await file.ReadExactlyAsync(start, TestContext.Current.CancellationToken);
        var facts = await InspectAsync(start, file.Length, TestAssets.MiniMindPath);

        Assert.Equal(whole.Layers, facts.Layers);
        Assert.Equal(
            (whole.WeightBytes, whole.InputWeightBytes, whole.OutputWeightBytes, whole.KvBytesPerToken),
            (facts.WeightBytes, facts.InputWeightBytes, facts.OutputWeightBytes, facts.KvBytesPerToken)
        );

        // The shape that the model was published with: 8 layers, 512 wide, 8 heads, 2 of keys and values, 1,408 inside.
        Assert.Equal(
            (8, 512, 8, 1408),
            (facts.LayerCount, facts.EmbeddingLength, facts.HeadCount, facts.FeedForwardLength)
        );
        Assert.Equal(2 * 2 * 64 * 2, facts.Layers[0].KvBytesPerToken);

        // Embeddings are shared: what lies before the layers, and in them, is everything but the last norm.
        var inner = facts.InputWeightBytes + facts.Layers.Sum(layer => layer.WeightBytes);
        Assert.Equal(facts.WeightBytes, inner + (512 * 4));
        Assert.Equal(facts.InputWeightBytes + (512 * 4), facts.OutputWeightBytes);
    }

    [Fact]
    public async Task InspectHeaderAsync_OfAMixture_TellsItsExperts()
    {
        var bytes = TinyModelSet.MixtureOfExperts.ToBytes();
        var facts = await InspectAsync(bytes, bytes.Length, "moe.gguf");

        Assert.True(facts.ExpertCount > 1);
        Assert.InRange(facts.ExpertsPerToken, 1, facts.ExpertCount);
        Assert.All(facts.Layers, layer => Assert.InRange(layer.ExpertBytes, 1, layer.WeightBytes - 1));
    }

    [Fact]
    public async Task InspectHeaderAsync_OfSlidingWindows_TellsWhichLayersSlide()
    {
        var bytes = TinyModelSet.SlidingWindow.ToBytes();
        var facts = await InspectAsync(bytes, bytes.Length, "swa.gguf");

        // The file names a period of two: every other layer slides.
        Assert.Equal(
            Enumerable.Range(0, facts.LayerCount).Select(static layer => layer % 2 == 0),
            facts.Layers.Select(static layer => layer.IsSliding)
        );
    }

    [Fact]
    public async Task InspectHeaderAsync_OfAStreamThatEnds_SaysSo()
    {
        var bytes = TinyModelSet.LlamaBpe.ToBytes();
        foreach (var length in (int[])[0, 3, 100, 1000])
        {
            await Assert.ThrowsAsync<ModelFileException>(() => InspectAsync(bytes[..length], bytes.Length, "cut.gguf"));
        }

        var other = await Assert.ThrowsAsync<ModelFileException>(() =>
            InspectAsync(new byte[100], 1 << 30, "zeros.gguf")
        );
        Assert.Equal("zeros.gguf", other.Path);
    }

    [Fact]
    public async Task InspectHeaderAsync_OfAHeaderWithoutEnd_TakesBoundedMemory()
    {
        // A string of 2^40 bytes in a file that claims to hold them: the limit of headers is named, and not reached.
        var bytes = new HeaderBytes(values: 1).U64(1UL << 40).ToBytes();
        var before = GC.GetTotalAllocatedBytes();
        await Assert.ThrowsAsync<ModelFileException>(() =>
            InspectHeaderAsync(new SparseStream(bytes, 1L << 41), 1L << 41)
        );
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 64 << 20);
    }

    private static Task<ModelFacts> InspectAsync(byte[] bytes, long fileBytes, string name) =>
        GgufModel.InspectHeaderAsync(new MemoryStream(bytes), fileBytes, name, TestContext.Current.CancellationToken);

    private static Task<ModelFacts> InspectHeaderAsync(Stream stream, long fileBytes) =>
        GgufModel.InspectHeaderAsync(stream, fileBytes, "endless.gguf", TestContext.Current.CancellationToken);
}
