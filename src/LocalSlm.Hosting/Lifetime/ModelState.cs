namespace LocalSlm.Hosting.Lifetime;

/// <summary>A model of a host at one moment.</summary>
/// <param name="Name">The name it is served under.</param>
/// <param name="LoadAtStart">Whether it is loaded before the host starts.</param>
/// <param name="State">How far it is.</param>
internal sealed record ModelState(string Name, bool LoadAtStart, ModelLoadState State)
{
    /// <summary>Gets what it is for.</summary>
    public ModelUse Use { get; init; }

    /// <summary>Gets the device that computes; <see langword="null"/> while it is not loaded.</summary>
    public string? Device { get; init; }

    /// <summary>Gets the devices that were tried before.</summary>
    public IReadOnlyList<DeviceAttempt> FailedDevices { get; init; } = [];

    /// <summary>Gets what happened to it.</summary>
    public IReadOnlyList<ModelHistoryEntry> History { get; init; } = [];

    /// <summary>Gets why its last load failed, or why it serves no more; <see langword="null"/> if it does.</summary>
    public Exception? LoadError { get; init; }
}
