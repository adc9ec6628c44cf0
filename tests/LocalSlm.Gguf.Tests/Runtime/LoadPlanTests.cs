using LocalSlm.Gguf.Runtime;

namespace LocalSlm.Tests.Runtime;

public sealed class LoadPlanTests
{
    private const long Gigabyte = 1L << 30;

    // 1 GiB of weights, 32 KiB of KV cache per token, trained for 8,192 tokens; compute is a few MiB.
    private static readonly ModelFacts s_facts = new()
    {
        Path = "model.gguf",
        Runtime = "llama.cpp",
        Architecture = "llama",
        LayerCount = 16,
        WeightBytes = Gigabyte,
        KvBytesPerToken = 32 << 10,
        TrainedContextTokens = 8192,
        EmbeddingLength = 64,
        VocabularySize = 1000,
    };

    [Fact]
    public void Plan_PlentyOfMemory_TakesTheDefaultsAndNoMore()
    {
        foreach (var (trained, context, total) in ((int, int, int)[])[(2048, 2048, 8192), (131072, 8192, 16384)])
        {
            var facts = s_facts with { TrainedContextTokens = trained };
            var plan = Plan(facts, new ModelLoadOptions(), 64 * Gigabyte);
            Assert.Equal(
                (KvCacheLayout.Unified, context, total, 8),
                (plan.Layout, plan.SequenceTokens, plan.TotalTokens, plan.SequenceCount)
            );
        }
    }

    [Fact]
    public void Plan_LongerContextAskedFor_IsGiven()
    {
        var facts = s_facts with { TrainedContextTokens = 131072 };
        var plan = Plan(facts, new ModelLoadOptions { ContextTokens = 32768 }, 64 * Gigabyte);
        Assert.Equal((32768, 32768), (plan.SequenceTokens, plan.TotalTokens));
    }

    [Fact]
    public void Plan_LittleMemory_TakesWhatThreeQuartersHold()
    {
        // 3/4 of 1.5 GiB leaves 128 MiB beside the weights: about 4,000 tokens.
        var (plan, estimate) = PlanWithMemory(s_facts, new ModelLoadOptions(), Gigabyte * 3 / 2);
        Assert.InRange(plan.TotalTokens, 3584, 4096);
        Assert.Equal(plan.TotalTokens, plan.SequenceTokens);
        Assert.True(estimate.TotalBytes <= Gigabyte * 9 / 8);
        Assert.Equal(0, plan.TotalTokens % 256);
    }

    [Fact]
    public void Plan_CacheShorterThanTheTrainedLength_LimitsTheContext()
    {
        var plan = Plan(s_facts, new ModelLoadOptions { CacheTokens = 2048 }, 64 * Gigabyte);
        Assert.Equal((2048, 2048), (plan.SequenceTokens, plan.TotalTokens));
    }

    [Fact]
    public void Plan_SplitLayout_GivesEverySequenceItsOwn()
    {
        var options = new ModelLoadOptions { KvCacheLayout = KvCacheLayout.Split, ContextTokens = 1000 };
        var plan = Plan(s_facts, options, 64 * Gigabyte);
        Assert.Equal((1024, 8 * 1024), (plan.SequenceTokens, plan.TotalTokens));
    }

    [Fact]
    public void Plan_QuantizedCache_HoldsMore()
    {
        var options = new ModelLoadOptions { KvCacheType = KvCacheType.Q8_0, MemoryBudgetBytes = Gigabyte * 5 / 4 };
        var eight = Plan(s_facts, options, 64 * Gigabyte).TotalTokens;
        options.KvCacheType = KvCacheType.Float16;
        var sixteen = Plan(s_facts, options, 64 * Gigabyte).TotalTokens;
        Assert.InRange((double)eight / sixteen, 1.8, 1.95); // 64 / 34
    }

    [Fact]
    public void Plan_ContextLargerThanMemory_IsRefusedWithBothNumbers()
    {
        var options = new ModelLoadOptions { ContextTokens = 1_000_000 };
        var error = Assert.Throws<InsufficientMemoryException>(() => Plan(s_facts, options, 8 * Gigabyte));
        Assert.Equal(8 * Gigabyte, error.AvailableBytes);
        Assert.InRange(error.RequiredBytes, 31 * Gigabyte, 33 * Gigabyte);
        Assert.Contains("ContextTokens", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_WeightsLargerThanTheBudget_AreRefused() =>
        Assert.Throws<InsufficientMemoryException>(() =>
            Plan(s_facts, new ModelLoadOptions { MemoryBudgetBytes = Gigabyte / 2 }, 64 * Gigabyte)
        );

    private static ContextPlan Plan(ModelFacts facts, ModelLoadOptions options, long available) =>
        PlanWithMemory(facts, options, available).Plan;

    private static (ContextPlan Plan, MemoryEstimate Estimate) PlanWithMemory(
        ModelFacts facts,
        ModelLoadOptions options,
        long available
    )
    {
        ComputeDevice[] devices = [new("CPU", "Some processor", ComputeDeviceKind.Cpu, 0, 0)];
        var load = LoadPlan.Make(facts, options, 2, devices, available);
        return (ContextPlan.Of(facts, load.Options), GgufMemory.Estimate(facts, load.Options));
    }
}
