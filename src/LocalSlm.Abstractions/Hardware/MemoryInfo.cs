namespace LocalSlm;

/// <summary>The main memory, as this process may use it.</summary>
public sealed record MemoryInfo
{
    /// <summary>Gets the machine's memory, in bytes.</summary>
    public required long TotalBytes { get; init; }

    /// <summary>Gets the machine's memory that programs may still take without swapping, in bytes.</summary>
    public required long AvailableBytes { get; init; }

    /// <summary>Gets the limit of the control group, in bytes; <see langword="null"/> without one.</summary>
    public long? CgroupLimitBytes { get; init; }

    /// <summary>Gets what the control group uses, pages that are given back on demand not counted, in bytes;
    /// <see langword="null"/> without a limit.</summary>
    public long? CgroupUsedBytes { get; init; }

    /// <summary>Gets the swap space, in bytes. Models are never planned into it.</summary>
    public long SwapTotalBytes { get; init; }

    /// <summary>Gets the free swap space, in bytes.</summary>
    public long SwapFreeBytes { get; init; }

    /// <summary>Gets what this process may still take: the least that machine and control group leave, in bytes.</summary>
    public long UsableBytes =>
        CgroupLimitBytes is { } limit
            ? Math.Min(AvailableBytes, Math.Max(0, limit - (CgroupUsedBytes ?? 0)))
            : AvailableBytes;
}
