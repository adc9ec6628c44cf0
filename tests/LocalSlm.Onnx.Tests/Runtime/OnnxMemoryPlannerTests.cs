using LocalSlm.Onnx.Format;
using LocalSlm.Onnx.Runtime;
using LocalSlm.Tests.TinyOnnx;

namespace LocalSlm.Tests.Runtime;

public sealed class OnnxMemoryPlannerTests
{
    private const long Plenty = 64L << 30;

    // Two layers of two heads of 16 float32 numbers, keys and values.
    private const long KvBytes = 2 * 2 * 2 * 16 * 4;

    /// <summary>What a model takes beside its keys and values.</summary>
    internal static long FixedBytes(string folder, ModelLoadOptions options)
    {
        var files = OnnxModelReader.Read(folder);
        var estimate = OnnxMemoryPlanner.Estimate(files.Facts, options, 0);
        return estimate.TotalBytes;
    }

    [Fact]
    public void Plan_Defaults_TakeTheTrainedLengthAtMost8192()
    {
        var files = Files();
        Assert.Equal(TinyDecoder.Context, OnnxMemoryPlanner.Plan(files, new(), Plenty).SequenceTokens);
        Assert.Equal(4 * TinyDecoder.Context, OnnxMemoryPlanner.Plan(files, new(), Plenty).TotalTokens);
        var longer = files with { Facts = files.Facts with { TrainedContextTokens = 131_072 } };
        var plan = OnnxMemoryPlanner.Plan(longer, new(), Plenty);
        Assert.Equal(
            (8192, 16_384, 8, 4),
            (plan.SequenceTokens, plan.TotalTokens, plan.SequenceCount, plan.ConcurrentSequences)
        );
        plan = OnnxMemoryPlanner.Plan(longer, new() { ContextTokens = 20_000, CacheTokens = 50_000 }, Plenty);
        Assert.Equal((20_000, 50_000), (plan.SequenceTokens, plan.TotalTokens));
    }

    [Fact]
    public void Plan_LittleMemory_LowersTheContextOrRefuses()
    {
        var files = Files() with { };
        files = files with { Facts = files.Facts with { TrainedContextTokens = 8192 } };
        var fixedBytes = OnnxMemoryPlanner.Estimate(files.Facts, new(), 0).TotalBytes;
        var plan = OnnxMemoryPlanner.Plan(files, new() { MemoryBudgetBytes = fixedBytes + (1000 * KvBytes) }, Plenty);
        Assert.Equal((1000, 1000), (plan.SequenceTokens, plan.TotalTokens));
        Assert.Equal(1000 * KvBytes, plan.KvBytes);
        var error = Assert.Throws<InsufficientMemoryException>(() =>
            OnnxMemoryPlanner.Plan(
                files,
                new() { MemoryBudgetBytes = fixedBytes + (1000 * KvBytes), ContextTokens = 2000 },
                Plenty
            )
        );
        Assert.Equal(fixedBytes + (2000 * KvBytes), error.RequiredBytes);
    }

    [Fact]
    public void Estimate_OfAFolder_CountsTheGraphsOwnTypes()
    {
        var runtime = LoadedOnnxModels.Runtime;
        var options = new ModelLoadOptions { ContextTokens = 512, CacheTokens = 1000 };
        var single = runtime.Inspect(TinyDecoderFolder.Get(TinyDecoderSet.Get("copied")));
        var half = runtime.Inspect(TinyDecoderFolder.Get(TinyDecoderSet.Get("copied-float16")));
        Assert.Equal(1000 * KvBytes, runtime.Estimate(single, options).KvCacheBytes);
        Assert.Equal(1000 * KvBytes / 2, runtime.Estimate(half, options).KvCacheBytes);
        Assert.True(runtime.Estimate(single, options).WeightBytes > 100_000);
    }

    private static OnnxModelFiles Files() => OnnxModelReader.Read(TinyDecoderFolder.Get(TinyDecoderSet.Get("grouped")));
}
