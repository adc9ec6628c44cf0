namespace LocalSlm.Placement;

/// <summary>What a placement is made from.</summary>
internal sealed record PlacementRequest
{
    /// <summary>Gets the model.</summary>
    public required ModelFacts Facts { get; init; }

    /// <summary>Gets how it is to be loaded.</summary>
    public required ModelLoadOptions Options { get; init; }

    /// <summary>Gets what its runtime lists.</summary>
    public required IReadOnlyList<ComputeDevice> Devices { get; init; }

    /// <summary>Gets the main memory that may be taken now, in bytes.</summary>
    public required long AvailableBytes { get; init; }

    /// <summary>Gets what models that are loaded already will still take of it, in bytes: mapped files count as available.</summary>
    public long ReservedBytes { get; init; }

    /// <summary>Gets how many threads compute where the options do not say.</summary>
    public required int ComputeThreads { get; init; }

    /// <summary>Gets the runtime's own estimate; pure.</summary>
    public required Func<ModelFacts, ModelLoadOptions, MemoryEstimate> Estimate { get; init; }
}
