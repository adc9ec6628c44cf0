using LocalSlm.Onnx.Format;
using LocalSlm.Onnx.Runtime;
using LocalSlm.Tests.TinyOnnx;

namespace LocalSlm.Tests.Runtime;

public sealed class OnnxLoadPlanTests
{
    private const long Plenty = 64L << 30;

    // Two layers of two heads of 16 float32 numbers, keys and values.
    private const long KvBytes = 2 * 2 * 2 * 16 * 4;

    private static readonly ComputeDevice s_cpu = new("CPU", "Processor", ComputeDeviceKind.Cpu, 0, 0)
    {
        Provider = "CPUExecutionProvider",
    };

    private static readonly ComputeDevice s_gpu = new("CUDA:0", "Card", ComputeDeviceKind.Gpu, 0, 0)
    {
        Provider = "CUDAExecutionProvider",
    };

    private static readonly ComputeDevice s_npu = new("VitisAI:0", "Array", ComputeDeviceKind.Npu, 0, 0)
    {
        Provider = "VitisAIExecutionProvider",
    };

    /// <summary>What a model takes beside its keys and values.</summary>
    internal static long FixedBytes(string folder, ModelLoadOptions options)
    {
        var estimate = LoadedOnnxModels.Runtime.Estimate(OnnxModelReader.Read(folder).Facts, options);
        return estimate.WeightBytes + estimate.ComputeBytes;
    }

    [Fact]
    public void Make_Defaults_TakeTheTrainedLengthAtMost8192()
    {
        var files = Files("grouped");
        var limits = Make(files, new()).ToLimits();
        Assert.Equal((TinyDecoder.Context, 4 * TinyDecoder.Context), (limits.SequenceTokens, limits.TotalTokens));

        var longer = Lengthen(files, 131_072);
        limits = Make(longer, new()).ToLimits();
        Assert.Equal(
            (8192, 16_384, 8, 4),
            (limits.SequenceTokens, limits.TotalTokens, limits.SequenceCount, limits.ConcurrentSequences)
        );
        limits = Make(longer, new() { ContextTokens = 20_000, CacheTokens = 50_000 }).ToLimits();
        Assert.Equal((20_000, 50_000), (limits.SequenceTokens, limits.TotalTokens));
    }

    [Fact]
    public void Make_OfWhatItResolved_GivesItselfAgain()
    {
        foreach (
            var devices in (ComputeDevice[][])
                [
                    [s_cpu],
                    [s_gpu, s_cpu],
                ]
        )
        {
            foreach (var name in (string[])["grouped", "copied"])
            {
                var files = Lengthen(Files(name), 131_072);
                var first = Make(files, new() { CachedConversations = 1 }, devices: devices);
                var again = Make(files, first.Options, devices: devices);

                Assert.Equal(first.ToLimits(), again.ToLimits());
                Assert.Equal(first.Candidate.Memory, again.Candidate.Memory);
                Assert.Equal(devices[0].Name, again.Candidate.Device.Name);
            }
        }
    }

    [Theory]
    [InlineData("grouped")]
    [InlineData("copied")]
    public void Make_LittleMemory_LowersTheContextOrRefuses(string name)
    {
        var files = Lengthen(Files(name), 8192);
        var budget = Need(768);
        var limits = Make(files, new() { MemoryBudgetBytes = budget }).ToLimits();
        Assert.Equal((768, 768), (limits.SequenceTokens, limits.TotalTokens));
        Assert.Equal((name == "copied" ? 1536 : 768) * KvBytes, limits.KvBytes);

        // One byte less: the next step of 256 tokens.
        limits = Make(files, new() { MemoryBudgetBytes = budget - 1 }).ToLimits();
        Assert.Equal(512, limits.SequenceTokens);

        var error = Assert.Throws<InsufficientMemoryException>(() =>
            Make(files, new() { MemoryBudgetBytes = budget, ContextTokens = 2000 })
        );
        Assert.Equal((Need(2000), budget), (error.RequiredBytes, error.AvailableBytes));
        Assert.Contains("Lower ContextTokens", error.Message, StringComparison.Ordinal);

        long Need(int tokens) =>
            OnnxMemory
                .Estimate(files.Facts, new() { ContextTokens = tokens, CacheTokens = tokens }, GraphCost.Of(files))
                .TotalBytes;
    }

    [Fact]
    public void Make_WithoutABudget_LeavesAQuarterOfTheMemoryFree()
    {
        var files = Files("grouped");
        var plan = Make(files, new(), available: 1L << 30);
        var part = Assert.Single(plan.Candidate.Memory);

        Assert.InRange(
            plan.ToLimits().KvBytes + part.WeightBytes + part.ComputeBytes,
            ((1L << 30) / 4 * 3) - 1,
            ((1L << 30) / 4 * 3) + 1
        );
        var error = Assert.Throws<InsufficientMemoryException>(() => Make(files, new(), available: part.WeightBytes));
        Assert.Equal(part.WeightBytes, error.AvailableBytes);
    }

    /// <summary>The graph of these decoders multiplies by its weights except the table of embeddings.</summary>
    [Fact]
    public void Estimate_OnTheProcessor_CountsWhatItPacks()
    {
        var files = Files("grouped");
        var cost = GraphCost.Of(files);
        var table = TinyDecoder.Vocabulary * TinyDecoder.Hidden * sizeof(float);
        Assert.InRange(cost.PackedBytes, files.Facts.WeightBytes / 2, files.Facts.WeightBytes - table);
        Assert.Equal(
            files.Facts.WeightBytes + cost.PackedBytes,
            OnnxMemory.Estimate(files.Facts, new(), cost).WeightBytes
        );
        Assert.True(cost.FusesAttention);
        Assert.False(GraphCost.Of(Files("copied")).FusesAttention);

        // The scores of 512 tokens with 1,000 of 4 heads: twice where attention is one operator, else four times.
        var options = new ModelLoadOptions { ContextTokens = 1000 };
        Assert.Equal(
            512L * 1000 * 4 * sizeof(float) * 2,
            OnnxMemory.Estimate(files.Facts, options, cost with { FusesAttention = false }).ComputeBytes
                - OnnxMemory.Estimate(files.Facts, options, cost).ComputeBytes
        );
    }

    [Fact]
    public void Make_Accelerator_CountsWhatLiesThereAndWhatStaysInMainMemory()
    {
        var files = Files("grouped");
        foreach (var device in (ComputeDevice[])[s_npu, s_gpu])
        {
            var candidate = Make(
                files,
                new() { ContextTokens = 300, CacheTokens = 900 },
                devices: [device, s_cpu]
            ).Candidate;

            Assert.Equal([device.Name, DeviceMemory.Host], candidate.Memory.Select(static part => part.Device));
            Assert.Equal(files.Facts.WeightBytes, candidate.Memory[0].WeightBytes);

            // A run on a device copies, whatever the graph could do: past and present of one conversation there, and a spare one here.
            Assert.Equal(2 * 300 * KvBytes, candidate.Memory[0].KvCacheBytes);
            Assert.Equal((0, 1200 * KvBytes), (candidate.Memory[1].WeightBytes, candidate.Memory[1].KvCacheBytes));
        }
    }

    [Fact]
    public void Make_DevicesAndExclusions_AreThePlansToHonour()
    {
        var files = Files("grouped");
        ComputeDevice[] devices = [s_npu, s_gpu, s_cpu];
        Assert.Equal("VitisAI:0", Device(new()));
        Assert.Equal("CUDA:0", Device(new() { ExcludedDevices = { DeviceSelector.Npu } }));
        Assert.Equal("CUDA:0", Device(new() { RequireDevice = DeviceSelector.Gpu }));
        Assert.Equal("CPU", Device(new() { Devices = { DeviceSelector.Cpu } }));
        var error = Assert.Throws<ModelLoadException>(() =>
            Make(files, new() { RequireDevice = DeviceSelector.Gpu }, devices: [s_cpu])
        );
        Assert.Contains("RequireDevice", error.Message, StringComparison.Ordinal);

        string Device(ModelLoadOptions options)
        {
            var plan = Make(files, options, devices: devices);
            Assert.Equal(plan.Candidate.Device.Name, Assert.Single(plan.Options.Devices).Name);
            return plan.Candidate.Device.Name;
        }
    }

    [Fact]
    public void Estimate_OfAFolder_CountsTheGraphsOwnTypesAndTheSecondCopy()
    {
        var runtime = LoadedOnnxModels.Runtime;
        var options = new ModelLoadOptions { ContextTokens = 512, CacheTokens = 1000 };
        Assert.Equal(1000 * KvBytes, Kv("grouped"));
        Assert.Equal(1512 * KvBytes, Kv("copied"));
        Assert.Equal(1512 * KvBytes / 2, Kv("copied-float16"));
        Assert.True(runtime.Estimate(Facts("grouped"), options).WeightBytes > 100_000);

        // Without keys and values there is nothing to copy; three states beside those of the conversations are there at most.
        var convolution = Facts("convolution");
        Assert.Equal(10 * convolution.RecurrentBytesPerSequence, runtime.Estimate(convolution, options).KvCacheBytes);
        Assert.True(convolution.RecurrentBytesPerSequence > 0);

        long Kv(string name) => runtime.Estimate(Facts(name), options).KvCacheBytes;
        ModelFacts Facts(string name) => runtime.Inspect(TinyDecoderFolder.Get(TinyDecoderSet.Get(name)));
    }

    [Theory]
    [InlineData("grouped")]
    [InlineData("copied")]
    public async Task OpenAsync_WithoutAPlan_RefusesWhatCannotFit(string name)
    {
        var error = await Assert.ThrowsAsync<InsufficientMemoryException>(() =>
            LoadedOnnxModels.OpenTinyAsync(name, new() { MemoryBudgetBytes = 100_000 })
        );
        Assert.Equal(100_000, error.AvailableBytes);
        Assert.True(error.RequiredBytes > 100_000);
    }

    private static OnnxModelFiles Files(string name) =>
        OnnxModelReader.Read(TinyDecoderFolder.Get(TinyDecoderSet.Get(name)));

    private static OnnxModelFiles Lengthen(OnnxModelFiles files, int tokens) =>
        files with
        {
            Facts = files.Facts with { TrainedContextTokens = tokens },
        };

    private static OnnxLoadPlan Make(
        OnnxModelFiles files,
        ModelLoadOptions options,
        long available = Plenty,
        params ComputeDevice[] devices
    ) => OnnxLoadPlan.Make(files, options, 2, devices.Length == 0 ? [s_cpu] : devices, available);
}
