namespace LocalSlm.Models;

/// <summary>What all models together may take.</summary>
internal sealed record ModelLimits
{
    /// <summary>Gets how many may be loaded, loads and unloads under way included; <see langword="null"/> for as many as fit.</summary>
    public int? MaxLoadedModels { get; init; }

    /// <summary>Gets the bytes that they may take together; <see langword="null"/> for no limit.</summary>
    public long? MemoryBudgetBytes { get; init; }

    /// <summary>Gets how many requests may wait for loads.</summary>
    public int MaxWaitingRequests { get; init; } = 512;

    /// <summary>Gets the bytes of the system's memory below which idle models go; 0 for never.</summary>
    public long LowMemoryBytes { get; init; }
}
