namespace LocalSlm.Models;

/// <summary>A loaded model, as far as its manager is concerned. Disposed exactly once, by the manager.</summary>
internal interface IResidentModel : IDisposable, IAsyncDisposable
{
    /// <summary>Gets the device that computes.</summary>
    string Device { get; }

    /// <summary>Gets the devices that were tried before and failed.</summary>
    IReadOnlyList<DeviceAttempt> FailedDevices => [];

    /// <summary>Gets what happened to it, oldest first.</summary>
    IReadOnlyList<ModelHistoryEntry> History => [];

    /// <summary>Gets why it serves no request any more, although it is loaded; <see langword="null"/> while it serves.</summary>
    Exception? Fault => null;

    /// <summary>Gets the main memory that it holds and that the system counts as available all the same, as that of mapped files. Quick.</summary>
    long MappedBytes => 0;

    /// <summary>Gets the memory that it takes on all devices, as its runtime reports it; 0 if it does not tell. Quick.</summary>
    long MemoryBytes { get; }

    /// <summary>Gets the size of its weights in its files; 0 if unknown.</summary>
    long WeightBytes { get; }
}
