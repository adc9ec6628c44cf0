using CsCheck;
using LocalSlm.Placement;
using static LocalSlm.Tests.Placement.PlainModel;

namespace LocalSlm.Tests.Placement;

public sealed class PlacementPropertyTests
{
    private static readonly Gen<PlainModel> s_models = Gen.Select(
        Gen.Int[1, 60],
        Gen.Long[1, 800],
        Gen.Long[0, 90],
        Gen.Long[0, 500],
        Gen.Long[0, 16],
        Gen.Int[256, 131_072],
        (layers, layer, expertShare, end, token, trained) =>
            new PlainModel
            {
                Layers = layers,
                LayerBytes = layer * Mega,
                ExpertBytes = expertShare > 45 ? layer * Mega * expertShare / 100 : 0,
                EndBytes = end * Mega,
                TokenBytes = token * 1024,
                Trained = trained,
            }
    );

    private static readonly Gen<long> s_memory = Gen.Long[0, 64L * 1024].Select(mebibytes => mebibytes * Mega);

    private static readonly Gen<ComputeDevice[]> s_devices = Gen.Select(
        Gen.Int[0, 3],
        s_memory.Array[3],
        Gen.Int[0, 7].Array[3],
        (count, free, kinds) =>
            Enumerable
                .Range(0, count)
                .Select(i =>
                    Gpu(i, free[i]) with
                    {
                        Kind = kinds[i] == 0 ? ComputeDeviceKind.IntegratedGpu : ComputeDeviceKind.Gpu,
                        Description = kinds[i] == 1 ? "llvmpipe" : $"Radeon {i}",
                    }
                )
                .Append(Cpu)
                .ToArray()
    );

    private static readonly Gen<Func<ModelLoadOptions>> s_options = Gen.Select(
        Gen.Int[256, 70_000].Nullable(0.5),
        Gen.Int[0, 70].Nullable(0.3),
        Gen.Long[1, 40_000].Nullable(0.3),
        Gen.Long[1, 40_000].Nullable(0.3),
        Gen.Bool.Nullable(0.3),
        Gen.Bool,
        (context, layers, budget, gpuBudget, experts, isSplit) =>
            (Func<ModelLoadOptions>)(
                () =>
                    new ModelLoadOptions
                    {
                        ContextTokens = context,
                        GpuLayers = layers,
                        MemoryBudgetBytes = budget * Mega,
                        GpuMemoryBudgetBytes = gpuBudget * Mega,
                        ExpertsOnCpu = experts,
                        KvCacheLayout = isSplit ? KvCacheLayout.Split : KvCacheLayout.Automatic,
                    }
            )
    );

    [Fact]
    public void Plan_Anything_NeverTakesMoreThanThereIs() =>
        Gen.Select(s_models, s_devices, s_options, s_memory)
            .Sample(
                (model, devices, makeOptions, available) =>
                {
                    var options = makeOptions();
                    foreach (var candidate in model.Plan(devices, options, available).Candidates)
                    {
                        var host = candidate.Memory[^1].TotalBytes;
                        foreach (var (device, part) in candidate.Devices.Zip(candidate.Memory))
                        {
                            if (device.Kind == ComputeDeviceKind.Cpu)
                            {
                                continue;
                            }

                            Assert.True(part.TotalBytes <= device.FreeMemoryBytes);
                            host +=
                                device.Kind == ComputeDeviceKind.IntegratedGpu || device.Description == "llvmpipe"
                                    ? part.TotalBytes
                                    : 0;
                        }

                        Assert.True(host <= available);
                        var all = candidate.Memory.Sum(part => part.TotalBytes);
                        Assert.True(all <= (options.MemoryBudgetBytes ?? long.MaxValue));
                        Assert.True(
                            candidate.Memory.SkipLast(1).Sum(part => part.TotalBytes)
                                <= (options.GpuMemoryBudgetBytes ?? long.MaxValue)
                        );
                        Assert.True(candidate.MarginBytes >= 0);

                        // Nothing is lost, nothing counted twice: all weights and the cache of every layer.
                        Assert.Equal(model.Facts.WeightBytes, candidate.Memory.Sum(part => part.WeightBytes));
                        Assert.Equal(
                            model.Layers * model.TokenBytes * candidate.CacheTokens,
                            candidate.Memory.Sum(part => part.KvCacheBytes)
                        );
                        Assert.InRange(candidate.GpuLayers, 0, model.Layers + 1);
                        Assert.True(options.ContextTokens is not { } asked || candidate.ContextTokens == asked);
                        Assert.True(candidate.CacheTokens >= candidate.ContextTokens);
                        Assert.True(
                            candidate.GpuLayers == 0
                                || options.GpuLayers is not { } layers
                                || candidate.GpuLayers == Math.Min(layers, model.Layers + 1)
                        );
                    }
                },
                iter: 2000
            );

    [Fact]
    public void Plan_Twice_IsTheSame() =>
        Gen.Select(s_models, s_devices, s_options, s_memory)
            .Sample(
                (model, devices, makeOptions, available) =>
                    Assert.Equal(
                        model.Plan(devices, makeOptions(), available).ToString(),
                        model.Plan(devices, makeOptions(), available).ToString()
                    ),
                iter: 200
            );

    [Fact]
    public void Plan_OfAResolvedCandidate_GivesTheSameAgain() =>
        Gen.Select(s_models, s_devices, s_options, s_memory)
            .Sample(
                (model, devices, makeOptions, available) =>
                {
                    foreach (var candidate in model.Plan(devices, makeOptions(), available).Candidates)
                    {
                        var again = Assert.Single(
                            model.Plan(devices, candidate.ApplyTo(makeOptions()), available).Candidates
                        );
                        Assert.Equal(
                            (
                                candidate.GpuLayers,
                                candidate.ExpertsOnCpu,
                                candidate.ContextTokens,
                                candidate.CacheTokens
                            ),
                            (again.GpuLayers, again.ExpertsOnCpu, again.ContextTokens, again.CacheTokens)
                        );
                        Assert.Equal(candidate.Memory, again.Memory);
                        Assert.Equal(candidate.Devices, again.Devices);
                    }
                },
                iter: 1000
            );

    [Fact]
    public void Plan_MoreMemory_IsNeverWorse() =>
        Gen.Select(s_models, s_memory, s_memory, s_memory, s_memory)
            .Sample(
                (model, free, moreFree, available, moreAvailable) =>
                {
                    var small = Best(model, free, available);
                    var large = Best(model, free + moreFree, available + moreAvailable);
                    Assert.True(
                        small.CompareTo(large) <= 0,
                        $"{model}: {small} with {free >> 20} MiB and {available >> 20} MiB, {large} with more"
                    );
                },
                iter: 1000
            );

    [Fact]
    public void Plan_MostContext_IsAcceptedWhenAskedFor() =>
        Gen.Select(s_models, s_memory, s_memory)
            .Sample(
                (model, free, available) =>
                {
                    ComputeDevice[] devices = [Gpu(0, free, 100 * Giga), Cpu];
                    var plan = model.Plan(devices, null, available);
                    if (plan.Candidates.Count == 0)
                    {
                        Assert.Equal(0, plan.MostContextTokens);
                        return;
                    }

                    var options = new ModelLoadOptions { ContextTokens = plan.MostContextTokens };
                    Assert.Equal(
                        plan.Candidates[0].Device.Name,
                        model.Plan(devices, options, available).Candidates[0].Device.Name
                    );
                },
                iter: 1000
            );

    /// <summary>What a graphics processor of so much memory holds; the context counts most, then layers, then experts.</summary>
    private static (int Context, int Layers, int Experts, int Cache) Best(PlainModel model, long free, long available)
    {
        var plan = model.Plan([Gpu(0, free, 200 * Giga), Cpu], null, available);
        var best = plan.Candidates.FirstOrDefault(one => one.Device.Kind == ComputeDeviceKind.Gpu);
        return best is null
            ? default
            : (best.ContextTokens, best.GpuLayers, best.ExpertsOnCpu ? 0 : 1, best.CacheTokens);
    }
}
