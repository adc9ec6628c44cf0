namespace LocalSlm;

/// <summary>One way to load a model: on which device, with what, and the memory it takes there. Immutable.</summary>
public sealed partial record PlacementCandidate
{
    /// <summary>Gets the device that computes; of several, the first.</summary>
    public required ComputeDevice Device { get; init; }

    /// <summary>Gets all devices that share the layers; one, unless graphics processors share them.</summary>
    public required IReadOnlyList<ComputeDevice> Devices { get; init; }

    /// <summary>Gets the share of the GPU's layers that each of <see cref="Devices"/> holds; empty for one device.</summary>
    public IReadOnlyList<double> GpuSplit { get; init; } = [];

    /// <summary>Gets how many layers are computed on graphics processors, the output layer counted as one.</summary>
    public required int GpuLayers { get; init; }

    /// <summary>Gets a value indicating whether the experts of a mixture stay in main memory although their layers are on a
    /// GPU.</summary>
    public bool ExpertsOnCpu { get; init; }

    /// <summary>Gets the tokens that one conversation may hold.</summary>
    public required int ContextTokens { get; init; }

    /// <summary>Gets the tokens that all conversations together may hold.</summary>
    public required int CacheTokens { get; init; }

    /// <summary>Gets the number format of cached keys and values.</summary>
    public required KvCacheType KvCacheType { get; init; }

    /// <summary>Gets how many conversations are computed at once.</summary>
    public required int MaxConcurrentReplies { get; init; }

    /// <summary>Gets the most threads that compute.</summary>
    public required int Threads { get; init; }

    /// <summary>Gets the byte account, one entry for each device that holds something; main memory last.</summary>
    public required IReadOnlyList<DeviceMemory> Memory { get; init; }

    /// <summary>Gets what is left free beside that on the fullest device, in bytes.</summary>
    public long MarginBytes { get; init; }

    /// <summary>Gets why it looks like this, line by line.</summary>
    public required IReadOnlyList<string> Reasons { get; init; }
}
