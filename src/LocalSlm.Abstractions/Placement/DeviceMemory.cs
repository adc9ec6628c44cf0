namespace LocalSlm;

/// <summary>The memory that a model takes on one device, planned or as the native library reports it.</summary>
/// <param name="Device">The device's name, such as <c>Vulkan0</c>; <see cref="Host"/> for main memory.</param>
/// <param name="WeightBytes">Weights, in bytes.</param>
/// <param name="KvCacheBytes">KV cache and recurrent state, in bytes.</param>
/// <param name="ComputeBytes">Buffers for intermediate results, in bytes.</param>
public sealed record DeviceMemory(string Device, long WeightBytes, long KvCacheBytes, long ComputeBytes)
{
    /// <summary>The name that stands for main memory.</summary>
    public const string Host = "CPU";

    /// <summary>Gets the sum, in bytes.</summary>
    public long TotalBytes => WeightBytes + KvCacheBytes + ComputeBytes;
}
