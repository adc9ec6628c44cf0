using LocalSlm.Placement;
using static LocalSlm.Tests.Placement.PlainModel;

namespace LocalSlm.Tests.Placement;

/// <summary>Devices of execution providers, as ONNX Runtime lists them: no memory told, and a model goes there as a whole.</summary>
public sealed class ProviderDeviceTests
{
    private static readonly ComputeDevice s_npu = new("QNN:0", "Hexagon", ComputeDeviceKind.Npu, 0, 0)
    {
        Provider = "QNNExecutionProvider",
    };

    private static readonly ComputeDevice s_gpu = new("CUDA:0", "Card", ComputeDeviceKind.Gpu, 0, 0)
    {
        Provider = "CUDAExecutionProvider",
    };

    private static readonly ComputeDevice s_cpu = new("CPU", "Processor", ComputeDeviceKind.Cpu, 0, 0)
    {
        Provider = "CPUExecutionProvider",
    };

    private static readonly PlainModel s_model = new();

    [Fact]
    public void ApplyTo_AProvidersDevice_SetsNothingOfLlamaCpp()
    {
        var options = new ModelLoadOptions();
        foreach (var candidate in s_model.Plan([s_npu, s_gpu, s_cpu], options).Candidates)
        {
            var resolved = candidate.ApplyTo(options);

            Assert.Equal((null, null, 0), (resolved.GpuLayers, resolved.ExpertsOnCpu, resolved.GpuSplit.Count));
            Assert.Equal((null, true), (resolved.FlashAttention, resolved.UseMemoryMap));
            Assert.Equal(candidate.Device.Name, Assert.Single(resolved.Devices).Name);
            Assert.Equal(candidate.Device.Provider, resolved.Devices[0].Provider);
            Assert.Equal(candidate.ContextTokens, resolved.ContextTokens);
            Assert.Equal(candidate.Device.Kind == ComputeDeviceKind.Cpu ? 0 : 32, candidate.GpuLayers);
        }
    }

    /// <summary>What only llama.cpp can do reaches the runtime as it was asked for, which refuses it by name.</summary>
    [Fact]
    public void ApplyTo_AProvidersDevice_HandsOnWhatIsItsRuntimesToRefuse()
    {
        var options = new ModelLoadOptions
        {
            GpuLayers = 7,
            ExpertsOnCpu = true,
            GpuSplit = { 1, 2 },
            FlashAttention = true,
            UseMemoryMap = false,
            KvCacheType = KvCacheType.Q8_0,
        };
        var plan = s_model.Plan([s_npu, s_gpu, s_cpu], options);
        Assert.Equal(["QNN:0", "CUDA:0", "CPU"], plan.Candidates.Select(static one => one.Device.Name));
        foreach (var candidate in plan.Candidates)
        {
            var resolved = candidate.ApplyTo(options);
            Assert.Equal((7, true), (resolved.GpuLayers, resolved.ExpertsOnCpu));
            Assert.Equal([1, 2], resolved.GpuSplit);
            Assert.Equal(
                (true, false, KvCacheType.Q8_0),
                (resolved.FlashAttention, resolved.UseMemoryMap, resolved.KvCacheType)
            );
        }
    }

    [Fact]
    public void Plan_GpuLayers0_LeavesAProvidersGpuOut()
    {
        var plan = s_model.Plan([s_npu, s_gpu, s_cpu], new ModelLoadOptions { GpuLayers = 0 });

        Assert.Equal(["QNN:0", "CPU"], plan.Candidates.Select(static one => one.Device.Name));
        Assert.Contains("GpuLayers is 0", Assert.Single(plan.Excluded).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_GpuOverheadThatCannotBeKept_LeavesTheGpuOutByName()
    {
        var plan = s_model.Plan([s_gpu, s_cpu], new ModelLoadOptions { GpuOverheadBytes = Giga });

        Assert.Equal(["CPU"], plan.Candidates.Select(static one => one.Device.Name));
        Assert.Contains("GpuOverheadBytes, 1.00 GiB", Assert.Single(plan.Excluded).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_ProviderOptionsForARuntimeWithoutProviders_AreRefusedByName()
    {
        foreach (var kind in (ComputeDeviceKind[])[ComputeDeviceKind.Gpu, ComputeDeviceKind.Cpu])
        {
            var selector = new DeviceSelector
            {
                Kind = kind,
                ProviderOptions = new Dictionary<string, string> { ["device_type"] = "x" },
            };
            var plan = s_model.Plan([Gpu(0, 24 * Giga), Cpu], new ModelLoadOptions { RequireDevice = selector });

            Assert.Empty(plan.Candidates);
            Assert.Contains("device_type", Assert.Single(plan.Excluded).Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Plan_GpuSplitWithoutAGpu_IsTold()
    {
        var plan = s_model.Plan([Cpu], new ModelLoadOptions { GpuSplit = { 1, 1 } });

        Assert.Equal("CPU", Assert.Single(plan.Candidates).Device.Name);
        Assert.StartsWith("GpuSplit is set, but no", Assert.Single(plan.Excluded).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void FindConflicts_OptionsThatWouldBeIgnored_AreNamed()
    {
        var split = new ModelLoadOptions { KvCacheLayout = KvCacheLayout.Split, CacheTokens = 4096 };
        Assert.StartsWith("CacheTokens is 4096, but KvCacheLayout is Split", Assert.Single(split.FindConflicts()));
        foreach (
            var options in (ModelLoadOptions[])
                [
                    new() { GpuSplit = { 1 }, RequireDevice = DeviceSelector.Cpu },
                    new() { GpuSplit = { 1 }, Devices = { DeviceSelector.Cpu } },
                ]
        )
        {
            Assert.StartsWith("GpuSplit is set, but the CPU alone", Assert.Single(options.FindConflicts()));
        }
    }
}
