using LocalSlm.Gguf.Interop;
using LocalSlm.Gguf.Runtime;
using LocalSlm.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalSlm.Tests.Runtime;

[Collection("native")]
public sealed class SimulatedMemoryTests
{
    private const long Grain = 64 << 10; // the library reports hundredths of a MiB

    [Theory]
    [InlineData(512, 128)]
    [InlineData(2048, 512)]
    public async Task Run_OfALoad_GivesTheBuffersThatTheLoadMakes(int context, int batch)
    {
        var options = new ModelLoadOptions
        {
            ContextTokens = context,
            CacheTokens = context,
            BatchTokens = batch,
            Threads = 1,
            AdaptThreads = false,
        };
        using var model = await LoadedModels.OpenAsync(TestAssets.MiniMindPath, options);
        var facts = model.Facts;
        var load = LoadPlan.Make(facts, options, 1, LoadedModels.Runtime.ListDevices(), 8L << 30);
        var log = new NativeLogScope(NullLogger.Instance);
        NativeLogRouter.Enter(log);
        IReadOnlyList<DeviceMemory>? simulated;
        try
        {
            simulated = SimulatedMemory.Run(facts, facts.Path, load, log);
        }
        finally
        {
            NativeLogRouter.Enter(null);
        }

        var real = Assert.Single(model.Memory);
        var told = Assert.Single(simulated!);
        Assert.InRange(told.WeightBytes, real.WeightBytes - Grain, real.WeightBytes + Grain);
        Assert.InRange(told.KvCacheBytes, real.KvCacheBytes - Grain, real.KvCacheBytes + Grain);
        Assert.InRange(told.ComputeBytes, real.ComputeBytes - Grain, real.ComputeBytes + Grain);
        Assert.Null(log.Report);
    }
}
