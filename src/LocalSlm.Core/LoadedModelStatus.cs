namespace LocalSlm;

/// <summary>One loaded model at one moment: what a list of loaded models shows.</summary>
public sealed record LoadedModelStatus
{
    /// <summary>Gets the name it is served under.</summary>
    public required string Name { get; init; }

    /// <summary>Gets what it is loaded for.</summary>
    public required ModelUse Use { get; init; }

    /// <summary>Gets the device that computes, such as <c>CPU</c> or the name of a GPU.</summary>
    public required string Device { get; init; }

    /// <summary>Gets the memory that it takes, on all devices: as its runtime reports it, else as it was estimated.</summary>
    /// <value>Bytes; 0 if nobody knows.</value>
    public required long MemoryBytes { get; init; }

    /// <summary>Gets the size of its weights as its files say.</summary>
    /// <value>Bytes; 0 if unknown.</value>
    public required long WeightBytes { get; init; }

    /// <summary>Gets when it was loaded.</summary>
    public required DateTimeOffset LoadedAt { get; init; }

    /// <summary>Gets when a request last began or ended, or a preload asked for it.</summary>
    public required DateTimeOffset LastUsedAt { get; init; }

    /// <summary>Gets when it will be unloaded if no request comes.</summary>
    /// <value><see langword="null"/> while requests run, and if it stays.</value>
    public required DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Gets how many requests use it.</summary>
    public required int ActiveRequests { get; init; }

    /// <summary>Gets a value indicating whether it takes no new requests, and goes when those that run have ended.</summary>
    public required bool IsLeaving { get; init; }
}
