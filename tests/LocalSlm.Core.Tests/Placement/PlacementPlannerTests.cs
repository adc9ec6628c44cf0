using LocalSlm.Placement;
using static LocalSlm.Tests.Placement.PlainModel;

namespace LocalSlm.Tests.Placement;

public sealed class PlacementPlannerTests
{
    private static readonly PlainModel s_model = new();

    [Fact]
    public void Plan_EverythingFits_TakesAllLayersAndTheDefaults()
    {
        var plan = s_model.Plan([Cpu, Gpu(0, 24 * Giga)]);

        Assert.Equal(["Vulkan0", "CPU"], plan.Candidates.Select(one => one.Device.Name));
        var best = plan.Candidates[0];
        Assert.Equal((33, 8192, 16_384, 6), (best.GpuLayers, best.ContextTokens, best.CacheTokens, best.Threads));
        Assert.Equal(["Vulkan0", "CPU"], best.Memory.Select(part => part.Device));

        // 32 layers and the output; 16,384 tokens of 4 KiB in 32 layers.
        Assert.Equal((3400 * Mega, 2 * Giga, 50 * Mega), Parts(best.Memory[0]));
        Assert.Equal((200 * Mega, 0L, 50 * Mega), Parts(best.Memory[1]));
        Assert.Equal(24 * Giga - best.Memory[0].TotalBytes, best.MarginBytes);
        Assert.Empty(plan.Excluded);
        Assert.Equal(32_768, plan.MostContextTokens);
        Assert.Equal((0, 3600 * Mega), (plan.Candidates[1].GpuLayers, plan.Candidates[1].Memory[0].WeightBytes));
    }

    [Fact]
    public void Plan_LayersDoNotAllFit_TakesAsManyAsDo()
    {
        // 4 GiB: a tenth stays free, 3,686 MiB. Compute 50, output 200; a layer takes 100 and 8,192 tokens of 4 KiB, 32: 26 of them fit (3,432).
        var best = s_model.Plan([Cpu, Gpu(0, 4 * Giga)]).Candidates[0];

        Assert.Equal(27, best.GpuLayers);
        Assert.Equal(8192, best.ContextTokens);
        Assert.Equal(
            50 * Mega + 200 * Mega + (26 * 132 * Mega) + ((best.CacheTokens - 8192) * 4096L * 26),
            best.Memory[0].TotalBytes
        );
        Assert.True(best.Memory[0].TotalBytes <= 4 * Giga / 10 * 9);
        Assert.Contains(best.Reasons, line => line.Contains("27 of 33 layers", StringComparison.Ordinal));
    }

    [Fact]
    public void Plan_NoLayerFits_LeavesTheDeviceOutWithTheNumbers()
    {
        var plan = s_model.Plan([Cpu, Gpu(0, 200 * Mega)]);

        Assert.Equal(["CPU"], plan.Candidates.Select(one => one.Device.Name));
        var attempt = Assert.Single(plan.Excluded);
        Assert.StartsWith("Vulkan0", attempt.Device, StringComparison.Ordinal);
        Assert.Contains("180 MiB may be taken there", attempt.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8192L << 20, 0, "0 B may be taken")]
    [InlineData(0, 0, "share main memory")]
    public void Plan_DeviceThatReportsNothingFree_IsLeftOutOrAssumedToShare(long total, long free, string word)
    {
        var plan = s_model.Plan([Cpu, Gpu(0, free, total)]);

        if (total > 0)
        {
            Assert.Equal("CPU", Assert.Single(plan.Candidates).Device.Name);
            Assert.Contains(word, Assert.Single(plan.Excluded).Reason, StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal(33, plan.Candidates[0].GpuLayers);
            Assert.Contains(plan.Candidates[0].Reasons, line => line.Contains(word, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Plan_IntegratedGpu_CountsInMainMemory()
    {
        var shared = new ComputeDevice("Vulkan0", "Iris", ComputeDeviceKind.IntegratedGpu, 32 * Giga, 32 * Giga);

        // 3.8 GiB for weights and buffers and 1 GiB for one conversation: three quarters of 6 GiB hold some layers' cache on either side.
        var plan = s_model.Plan([Cpu, shared], available: 6 * Giga);
        foreach (var candidate in plan.Candidates)
        {
            Assert.True(candidate.Memory.Sum(part => part.TotalBytes) <= 6 * Giga / 4 * 3);
        }

        Assert.Empty(s_model.Plan([Cpu, shared], available: 3 * Giga).Candidates);
    }

    [Fact]
    public void Plan_DiscreteAndIntegrated_TakesTheDiscreteFirstAndSoftwareLast()
    {
        ComputeDevice[] devices =
        [
            new("Vulkan0", "llvmpipe (LLVM 15.0.6, 256 bits)", ComputeDeviceKind.Gpu, 8 * Giga, 8 * Giga),
            new("Vulkan1", "Iris", ComputeDeviceKind.IntegratedGpu, 8 * Giga, 8 * Giga),
            Gpu(2, 8 * Giga),
            Cpu,
        ];

        Assert.Equal(["Vulkan2", "Vulkan1", "CPU", "Vulkan0"], Names(s_model.Plan(devices)));
        Assert.Equal(
            ["Vulkan2", "Vulkan1", "Vulkan0"],
            Names(s_model.Plan(devices, new ModelLoadOptions { Devices = { DeviceSelector.Gpu } }))
        );
        Assert.Equal(
            ["Vulkan0"],
            Names(s_model.Plan(devices, new ModelLoadOptions { RequireDevice = DeviceSelector.Parse("gpu:llvmpipe") }))
        );
    }

    [Fact]
    public void Plan_SelectorsAndExclusions_AreHonouredInOrder()
    {
        ComputeDevice[] devices =
        [
            Gpu(0, 24 * Giga),
            Gpu(1, 24 * Giga) with
            {
                Description = "GeForce",
                VendorId = 0x10de,
            },
            Gpu(2, 24 * Giga) with
            {
                Problem = "Its driver is too old; update it.",
            },
            Cpu,
        ];
        var options = new ModelLoadOptions();
        options.Devices.Add(DeviceSelector.Cpu);
        options.Devices.Add(DeviceSelector.Npu);
        options.Devices.Add(DeviceSelector.Parse("gpu:vendor=nvidia"));
        options.Devices.Add(DeviceSelector.Parse("gpu:2"));
        var plan = s_model.Plan(devices, options);

        Assert.Equal(["CPU", "Vulkan1"], Names(plan));
        Assert.Equal(["npu", "Vulkan2 (Gpu, Radeon 2)"], plan.Excluded.Select(one => one.Device));
        Assert.Contains("Listed are: Vulkan0", plan.Excluded[0].Reason, StringComparison.Ordinal);
        Assert.Equal("Its driver is too old; update it.", plan.Excluded[1].Reason);

        var without = new ModelLoadOptions();
        without.ExcludedDevices.Add(DeviceSelector.Gpu);
        Assert.Equal(["CPU"], Names(s_model.Plan(devices, without)));
        Assert.Equal(3, s_model.Plan(devices, without).Excluded.Count);
    }

    [Fact]
    public void Plan_GivenLayers_AreHonouredExactlyOrTheDeviceIsRefusedByName()
    {
        var ten = s_model.Plan([Cpu, Gpu(0, 24 * Giga)], new ModelLoadOptions { GpuLayers = 10 });
        Assert.Equal(10, ten.Candidates[0].GpuLayers);

        var all = s_model.Plan([Cpu, Gpu(0, 24 * Giga)], new ModelLoadOptions { GpuLayers = 99 });
        Assert.Equal(33, all.Candidates[0].GpuLayers);

        var tooMany = s_model.Plan([Cpu, Gpu(0, 2 * Giga)], new ModelLoadOptions { GpuLayers = 30 });
        Assert.Equal(["CPU"], Names(tooMany));
        Assert.Contains("30 layers that GpuLayers asks for", tooMany.Excluded[0].Reason, StringComparison.Ordinal);

        var none = s_model.Plan([Cpu, Gpu(0, 24 * Giga)], new ModelLoadOptions { GpuLayers = 0 });
        Assert.Equal(["CPU"], Names(none));
        Assert.Contains("GpuLayers is 0", none.Excluded[0].Reason, StringComparison.Ordinal);

        Assert.Contains(
            "GpuLayers is 5",
            s_model.Plan([Cpu], new ModelLoadOptions { GpuLayers = 5 }).Excluded[0].Reason,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Plan_GivenContext_NeverShrinks()
    {
        // One conversation of 32,768 tokens takes 4 GiB of cache.
        var options = new ModelLoadOptions { ContextTokens = 32_768 };
        var plan = s_model.Plan([Cpu, Gpu(0, 3 * Giga)], options, available: 16 * Giga);
        Assert.All(plan.Candidates, one => Assert.Equal(32_768, one.ContextTokens));
        Assert.InRange(plan.Candidates[0].GpuLayers, 1, 32);

        Assert.Empty(s_model.Plan([Cpu], options, available: 6 * Giga).Candidates);
    }

    [Fact]
    public void Plan_LittleMainMemory_ShrinksTheAutomaticContext()
    {
        // Weights and buffer 3,650 MiB; three quarters of 5,120 MiB are 3,840: 190 MiB are 1,520 tokens of 128 KiB.
        var best = Assert.Single(s_model.Plan([Cpu], available: 5 * Giga).Candidates);
        Assert.Equal((1280, 1280), (best.ContextTokens, best.CacheTokens));
        Assert.Contains(
            best.Reasons,
            line => line.Contains("8,192 that are usual do not fit", StringComparison.Ordinal)
        );

        // Most is asked of everything there is: 1,470 MiB are 11,760 tokens.
        Assert.Equal(11_520 + 0, s_model.Plan([Cpu], available: 5 * Giga).MostContextTokens / 256 * 256);
    }

    [Fact]
    public void Plan_Mixture_KeepsItsExpertsInMainMemoryBeforeLayersAreGivenUp()
    {
        var mixture = s_model with { LayerBytes = 500 * Mega, ExpertBytes = 450 * Mega };
        var best = mixture.Plan([Cpu, Gpu(0, 6 * Giga)]).Candidates[0];

        Assert.Equal((33, true), (best.GpuLayers, best.ExpertsOnCpu));
        Assert.Equal(200 * Mega + (32 * 50 * Mega), best.Memory[0].WeightBytes);
        Assert.Equal(200 * Mega + (32 * 450 * Mega), best.Memory[1].WeightBytes);

        var whole = mixture.Plan([Cpu, Gpu(0, 48 * Giga)]).Candidates[0];
        Assert.Equal((33, false), (whole.GpuLayers, whole.ExpertsOnCpu));

        var never = mixture.Plan([Cpu, Gpu(0, 6 * Giga)], new ModelLoadOptions { ExpertsOnCpu = false }).Candidates[0];
        // 6 GiB without 512 MiB, 50 of compute and 200 of output leave 5,382: ten layers of 532.
        Assert.Equal((11, false), (never.GpuLayers, never.ExpertsOnCpu));

        var always = mixture.Plan([Cpu, Gpu(0, 48 * Giga)], new ModelLoadOptions { ExpertsOnCpu = true }).Candidates[0];
        Assert.True(always.ExpertsOnCpu);
    }

    [Fact]
    public void Plan_SeveralGpus_ShareOnlyWhenOneIsNotEnough()
    {
        Assert.Equal(["Vulkan1", "CPU"], Names(s_model.Plan([Cpu, Gpu(0, 100 * Mega), Gpu(1, 24 * Giga)])));

        var plan = s_model.Plan([Cpu, Gpu(0, 4 * Giga), Gpu(1, 2 * Giga)]);
        var shared = plan.Candidates[0];
        Assert.Equal(["Vulkan0", "Vulkan1"], shared.Devices.Select(one => one.Name));
        Assert.Equal(33, shared.GpuLayers);
        Assert.Equal([0.667, 0.333], shared.GpuSplit);
        Assert.Equal(["Vulkan0", "Vulkan1", "CPU"], shared.Memory.Select(part => part.Device));
        Assert.Equal(["Vulkan0", "Vulkan0", "Vulkan1", "CPU"], Names(plan));
    }

    [Fact]
    public void Plan_GivenSplit_IsHonouredOrRefused()
    {
        var options = new ModelLoadOptions { GpuSplit = { 3, 1 } };
        var plan = s_model.Plan([Cpu, Gpu(0, 24 * Giga), Gpu(1, 24 * Giga)], options);
        Assert.Equal([3.0, 1.0], plan.Candidates[0].GpuSplit);
        Assert.Equal(25 * 100 * Mega, plan.Candidates[0].Memory[0].WeightBytes);

        var alone = s_model.Plan([Cpu, Gpu(0, 24 * Giga)], options);
        Assert.Equal(["CPU"], Names(alone));
        Assert.Contains("GpuSplit holds 2 shares", alone.Excluded[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_OneGpuSeenByTwoBackends_SharesWithItselfNowhere()
    {
        ComputeDevice[] devices =
        [
            new("CUDA0", "RTX", ComputeDeviceKind.Gpu, 2 * Giga, 2 * Giga) { PciAddress = "0000:01:00.0" },
            new("Vulkan0", "RTX", ComputeDeviceKind.Gpu, 2 * Giga, 2 * Giga) { PciAddress = "0000:01:00.0" },
            Cpu,
        ];
        Assert.All(s_model.Plan(devices).Candidates, one => Assert.Single(one.Devices));
    }

    [Fact]
    public void Plan_Budgets_LimitWhatIsTaken()
    {
        var gpu = s_model
            .Plan([Cpu, Gpu(0, 24 * Giga)], new ModelLoadOptions { GpuMemoryBudgetBytes = 2 * Giga })
            .Candidates[0];
        Assert.InRange(gpu.Memory[0].TotalBytes, Giga, 2 * Giga);

        var overhead = s_model
            .Plan([Cpu, Gpu(0, 4 * Giga)], new ModelLoadOptions { GpuOverheadBytes = 2 * Giga })
            .Candidates[0];
        Assert.InRange(overhead.Memory[0].TotalBytes, Giga, 2 * Giga);

        var all = s_model.Plan([Cpu], new ModelLoadOptions { MemoryBudgetBytes = 4 * Giga }).Candidates[0];
        Assert.InRange(all.Memory[0].TotalBytes, 3 * Giga, 4 * Giga);

        var reserved = PlacementPlanner.Plan(
            s_model.Request([Cpu], available: 8 * Giga) with
            {
                ReservedBytes = 5 * Giga,
            }
        );
        Assert.Empty(reserved.Candidates);
    }

    [Fact]
    public void Plan_RuntimeThatPlacesWholeModels_GivesAllOrNothing()
    {
        var whole = s_model with { Divides = false };
        ComputeDevice[] devices =
        [
            new("NpuExecutionProvider:0", "Some NPU", ComputeDeviceKind.Npu, 0, 0)
            {
                Provider = "NpuExecutionProvider",
            },
            new("GpuExecutionProvider:0", "Some GPU", ComputeDeviceKind.Gpu, 2 * Giga, 2 * Giga)
            {
                Provider = "GpuExecutionProvider",
            },
            new("CPU", "Some processor", ComputeDeviceKind.Cpu, 0, 0) { Provider = "CPUExecutionProvider" },
        ];
        var plan = whole.Plan(devices);

        Assert.Equal(["NpuExecutionProvider:0", "CPU"], Names(plan));
        Assert.Contains(
            plan.Candidates[0].Reasons,
            line => line.Contains("does not tell its memory", StringComparison.Ordinal)
        );
        Assert.Contains("Some GPU", Assert.Single(plan.Excluded).Device, StringComparison.Ordinal);
        var resolved = plan.Candidates[0].ApplyTo(new ModelLoadOptions());
        Assert.Null(resolved.GpuLayers);
        Assert.Equal("NpuExecutionProvider:0", Assert.Single(resolved.Devices).Name);
    }

    [Fact]
    public void ApplyTo_ProviderOptions_AreKept()
    {
        var whole = s_model with { Divides = false };
        var gpu = new ComputeDevice("X:0", "Some GPU", ComputeDeviceKind.Gpu, 0, 0) { Provider = "X" };
        var options = new ModelLoadOptions();
        options.Devices.Add(
            new DeviceSelector
            {
                Provider = "X",
                ProviderOptions = new Dictionary<string, string> { ["a"] = "b" },
            }
        );
        var resolved = whole.Plan([gpu, Cpu], options).Candidates[0].ApplyTo(options);

        Assert.Equal("b", Assert.Single(resolved.Devices).ProviderOptions["a"]);
    }

    [Fact]
    public void ToString_OfAPlan_TellsDevicesReasonsAndWhatWasLeftOut()
    {
        var text = s_model.Plan([Cpu, Gpu(0, 4 * Giga), Gpu(1, 100 * Mega)]).ToString();

        Assert.Contains("1. Vulkan0: GPU layers 27, context 8,192, threads 6", text, StringComparison.Ordinal);
        Assert.Contains("Vulkan0: 4.00 GiB of 4.00 GiB are free; 410 MiB stay free", text, StringComparison.Ordinal);
        Assert.Contains(
            "Left out: Vulkan1 (Gpu, Radeon 1): It does not fit, not even one layer",
            text,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void ToString_WithoutDevices_SaysSo() =>
        Assert.EndsWith("\nNo device is listed.", s_model.Plan([]).ToString(), StringComparison.Ordinal);

    private static string[] Names(PlacementPlan plan) => [.. plan.Candidates.Select(one => one.Device.Name)];

    private static (long, long, long) Parts(DeviceMemory memory) =>
        (memory.WeightBytes, memory.KvCacheBytes, memory.ComputeBytes);
}
