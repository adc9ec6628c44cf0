using LocalSlm.Testing;
using LocalSlm.Tests.TinyOnnx;

namespace LocalSlm.Tests.Runtime;

[Collection("native")]
public sealed class OnnxLoadOptionTests : LoadOptionConformance
{
    protected override IModelRuntime Runtime => LoadedOnnxModels.Runtime;

    protected override string ModelPath => TinyDecoderFolder.Get(TinyDecoderSet.Get("grouped"));

    protected override ComputeDevice Gpu { get; } =
        new("CUDA:0", "Card", ComputeDeviceKind.Gpu, 8L << 30, 8L << 30) { Provider = "CUDAExecutionProvider" };

    /// <summary>OptionCheckTests show the refusals for each value.</summary>
    protected override IReadOnlyDictionary<string, Func<Task>> OwnRows =>
        new Dictionary<string, Func<Task>>
        {
            [nameof(ModelLoadOptions.GpuLayers)] = async () =>
            {
                await Refused<ModelLoadException>(static o => o.GpuLayers = 3, "GpuLayers is 3")();
                await KeptOff(static o => o.GpuLayers = 0, "GpuLayers is 0")();
            },
            [nameof(ModelLoadOptions.ExpertsOnCpu)] = Refused<ModelLoadException>(
                static o => o.ExpertsOnCpu = true,
                "ExpertsOnCpu is true"
            ),
            [nameof(ModelLoadOptions.GpuSplit)] = Refused<ModelLoadException>(
                static o => o.GpuSplit.Add(1),
                "GpuSplit is set"
            ),
            [nameof(ModelLoadOptions.KvCacheType)] = async () =>
            {
                await Refused<ModelLoadException>(
                    static o => o.KvCacheType = KvCacheType.Q8_0,
                    "KvCacheType is Q8_0"
                )();
                await Refused<ModelLoadException>(
                    static o => o.KvCacheType = KvCacheType.Q4_0,
                    "KvCacheType is Q4_0"
                )();
            },
            [nameof(ModelLoadOptions.FlashAttention)] = async () =>
            {
                await Refused<ModelLoadException>(static o => o.FlashAttention = true, "FlashAttention is true")();
                await Refused<ModelLoadException>(static o => o.FlashAttention = false, "FlashAttention is false")();
            },
            [nameof(ModelLoadOptions.KvCacheLayout)] = async () =>
            {
                await Refused<ModelLoadException>(
                    static o => o.KvCacheLayout = KvCacheLayout.Unified,
                    "KvCacheLayout is Unified"
                )();
                await Loaded(
                    static o => (o.KvCacheLayout, o.ContextTokens) = (KvCacheLayout.Split, 256),
                    static info => info is { KvCacheLayout: KvCacheLayout.Split, CacheTokens: 8 * 256 }
                )();
            },
            [nameof(ModelLoadOptions.UseMemoryMap)] = Refused<ModelLoadException>(
                static o => o.UseMemoryMap = false,
                "UseMemoryMap is false"
            ),
        };
}
