using LocalSlm.Testing;
using LocalSlm.Testing.TinyModels;

namespace LocalSlm.Tests.Runtime;

[Collection("native")]
public sealed class GgufLoadOptionTests : LoadOptionConformance
{
    protected override IModelRuntime Runtime => LoadedModels.Runtime;

    protected override string ModelPath => TinyModelFiles.Get(TinyModelSet.LlamaBpe);

    protected override ComputeDevice Gpu { get; } = new("Vulkan0", "Card", ComputeDeviceKind.Gpu, 8L << 30, 8L << 30);

    protected override IReadOnlyDictionary<string, Func<Task>> OwnRows =>
        new Dictionary<string, Func<Task>>
        {
            [nameof(ModelLoadOptions.GpuLayers)] = async () =>
            {
                Assert.Equal(1, Plan(static o => o.GpuLayers = 1).Candidates[0].GpuLayers);
                await KeptOff(static o => o.GpuLayers = 0, "GpuLayers is 0")();
            },
            [nameof(ModelLoadOptions.ExpertsOnCpu)] = () =>
            {
                var facts = Runtime.Inspect(TinyModelFiles.Get(TinyModelSet.MixtureOfExperts));
                foreach (var onCpu in (bool[])[true, false])
                {
                    var options = Options(o => o.ExpertsOnCpu = onCpu);
                    var best = ModelPlanner.PlanForDevices(Runtime, facts, options, [Gpu], 8L << 30).Candidates[0];
                    Assert.Equal((onCpu, Gpu.Name), (best.ExpertsOnCpu, best.Device.Name));
                }

                return Task.CompletedTask;
            },
            [nameof(ModelLoadOptions.GpuSplit)] = () =>
            {
                var second = Gpu with { Name = "Vulkan1" };
                var plan = Plan(static o => (o.GpuSplit as List<double>)!.AddRange([3, 1]), second);
                Assert.Equal([3, 1], plan.Candidates[0].GpuSplit);
                Assert.Equal(["Vulkan0", "Vulkan1"], plan.Candidates[0].Devices.Select(static one => one.Name));
                return Task.CompletedTask;
            },
            [nameof(ModelLoadOptions.KvCacheType)] = async () =>
            {
                var full = await ReportedAsync(static o => o.KvCacheType = KvCacheType.Float32);
                var half = await ReportedAsync(static _ => { });
                Assert.Equal(full.KvCacheBytes, 2 * half.KvCacheBytes);
            },
            [nameof(ModelLoadOptions.FlashAttention)] = async () =>
            {
                // Without it, the scores of every token with every other have a buffer.
                var with = await ReportedAsync(static o => o.FlashAttention = true);
                var without = await ReportedAsync(static o => o.FlashAttention = false);
                Assert.True(without.ComputeBytes > with.ComputeBytes, $"{without} {with}");
            },
            [nameof(ModelLoadOptions.KvCacheLayout)] = async () =>
            {
                await Loaded(
                    static o => (o.KvCacheLayout, o.ContextTokens) = (KvCacheLayout.Split, 256),
                    static info => info is { KvCacheLayout: KvCacheLayout.Split, CacheTokens: 8 * 256 }
                )();
                await Loaded(
                    static o => o.KvCacheLayout = KvCacheLayout.Unified,
                    static info => info.KvCacheLayout == KvCacheLayout.Unified
                )();
            },
            [nameof(ModelLoadOptions.UseMemoryMap)] = async () =>
            {
                Assert.SkipUnless(OperatingSystem.IsLinux(), "Maps are listed on Linux.");
                foreach (var isMapped in (bool[])[true, false])
                {
                    await using var model = await LocalModel.LoadAsync(
                        Runtime,
                        ModelPath,
                        Options(o => o.UseMemoryMap = isMapped)
                    );
                    var maps = await File.ReadAllTextAsync("/proc/self/maps");
                    Assert.True(
                        isMapped == maps.Contains(ModelPath, StringComparison.Ordinal),
                        string.Join(
                            '\n',
                            maps.Split('\n').Where(line => line.Contains("gguf", StringComparison.Ordinal))
                        )
                    );
                }
            },
        };

    private async Task<DeviceMemory> ReportedAsync(Action<ModelLoadOptions> set)
    {
        await using var model = await LocalModel.LoadAsync(Runtime, ModelPath, Options(set));
        return Assert.Single(model.Info.Memory);
    }
}
