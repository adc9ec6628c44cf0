using LocalSlm.Placement;

namespace LocalSlm.Tests.Placement;

/// <summary>A model whose memory is easily reckoned by hand: equal layers, an input that stays in main memory, an output, cache per
/// layer and token, and a fixed buffer on each device.</summary>
internal sealed record PlainModel
{
    public const long Mega = 1L << 20;
    public const long Giga = 1L << 30;

    public int Layers { get; init; } = 32;

    public long LayerBytes { get; init; } = 100 * Mega;

    public long ExpertBytes { get; init; }

    public long EndBytes { get; init; } = 200 * Mega;

    /// <summary>Gets the cache of one token in one layer.</summary>
    public long TokenBytes { get; init; } = 4096;

    public long ComputeBytes { get; init; } = 50 * Mega;

    public int Trained { get; init; } = 32_768;

    public bool Divides { get; init; } = true;

    public ModelFacts Facts =>
        new()
        {
            Path = "plain.model",
            Runtime = "plain",
            Architecture = "plain",
            LayerCount = Layers,
            WeightBytes = (Layers * LayerBytes) + (2 * EndBytes),
            InputWeightBytes = EndBytes,
            OutputWeightBytes = EndBytes,
            TrainedContextTokens = Trained,
            ExpertCount = ExpertBytes > 0 ? 8 : 0,
            Layers = [.. Enumerable.Repeat(new LayerFacts(LayerBytes, ExpertBytes, TokenBytes), Layers)],
        };

    public MemoryEstimate Estimate(ModelFacts facts, ModelLoadOptions options)
    {
        var wishes = ContextWishes.Of(facts, options);
        long tokens = Math.Max(wishes.CacheFor(wishes.Context), wishes.Context);
        string[] names = [.. options.Devices.Where(one => one.Kind != ComputeDeviceKind.Cpu).Select(one => one.Name!)];
        var onGpu = names.Length == 0 || !Divides ? 0 : Math.Min(options.GpuLayers ?? Layers + 1, Layers + 1);
        var parts = names
            .Append(DeviceMemory.Host)
            .Select(name => new DeviceMemory(name, 0, 0, ComputeBytes))
            .ToArray();
        parts[^1] = parts[^1] with { WeightBytes = EndBytes };
        var sum = options.GpuSplit.Sum();
        for (var layer = 0; layer <= Layers; layer++)
        {
            var at = parts.Length - 1;
            if (layer >= Layers + 1 - onGpu)
            {
                var share = (double)(layer - (Layers + 1 - onGpu)) / onGpu;
                double border = 0;
                for (at = 0; at < names.Length - 1; at++)
                {
                    border += options.GpuSplit[at] / sum;
                    if (share < border)
                    {
                        break;
                    }
                }
            }

            var isOutput = layer == Layers;
            var away = at < parts.Length - 1 && options.ExpertsOnCpu == true && !isOutput ? ExpertBytes : 0;
            parts[at] = parts[at] with
            {
                WeightBytes = parts[at].WeightBytes + (isOutput ? EndBytes : LayerBytes) - away,
                KvCacheBytes = parts[at].KvCacheBytes + (isOutput ? 0 : TokenBytes * tokens),
            };
            parts[^1] = parts[^1] with { WeightBytes = parts[^1].WeightBytes + away };
        }

        return new MemoryEstimate(
            parts.Sum(part => part.WeightBytes),
            parts.Sum(part => part.KvCacheBytes),
            parts.Sum(part => part.ComputeBytes)
        )
        {
            ByDevice = Divides ? parts : [],
        };
    }

    public PlacementRequest Request(
        IReadOnlyList<ComputeDevice> devices,
        ModelLoadOptions? options = null,
        long available = 64 * Giga
    ) =>
        new()
        {
            Facts = Facts,
            Options = options ?? new ModelLoadOptions(),
            Devices = devices,
            AvailableBytes = available,
            ComputeThreads = 6,
            Estimate = Estimate,
        };

    public PlacementPlan Plan(
        IReadOnlyList<ComputeDevice> devices,
        ModelLoadOptions? options = null,
        long available = 64 * Giga
    ) => PlacementPlanner.Plan(Request(devices, options, available));

    public static ComputeDevice Cpu { get; } =
        new("CPU", "Some processor", ComputeDeviceKind.Cpu, 64 * Giga, 64 * Giga);

    public static ComputeDevice Gpu(int index, long freeBytes, long? totalBytes = null) =>
        new($"Vulkan{index}", $"Radeon {index}", ComputeDeviceKind.Gpu, totalBytes ?? freeBytes, freeBytes);
}
