namespace LocalSlm;

/// <summary>The memory that a model will take, estimated before it is loaded.</summary>
/// <param name="WeightBytes">Weights, in bytes.</param>
/// <param name="KvCacheBytes">KV cache and recurrent state, in bytes.</param>
/// <param name="ComputeBytes">Buffers for intermediate results, in bytes.</param>
public sealed record MemoryEstimate(long WeightBytes, long KvCacheBytes, long ComputeBytes)
{
    /// <summary>Gets the parts by device, main memory last; empty where the runtime does not tell them apart.</summary>
    public IReadOnlyList<DeviceMemory> ByDevice { get; init; } = [];

    /// <summary>Gets the sum, in bytes.</summary>
    public long TotalBytes => WeightBytes + KvCacheBytes + ComputeBytes;
}
