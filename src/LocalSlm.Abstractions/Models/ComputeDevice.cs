namespace LocalSlm;

/// <summary>A device that a runtime can compute on, or one that is there and cannot be used yet.</summary>
/// <param name="Name">The runtime's name for it, such as <c>CPU</c> or <c>Vulkan0</c>.</param>
/// <param name="Description">What the device calls itself.</param>
/// <param name="Kind">What kind of device it is.</param>
/// <param name="TotalMemoryBytes">Its memory, in bytes; 0 if unknown.</param>
/// <param name="FreeMemoryBytes">Its free memory, in bytes; 0 if unknown.</param>
public sealed record ComputeDevice(
    string Name,
    string Description,
    ComputeDeviceKind Kind,
    long TotalMemoryBytes,
    long FreeMemoryBytes
)
{
    /// <summary>Gets the execution provider that serves it, such as <c>CPUExecutionProvider</c>; <see langword="null"/> where the
    /// runtime has no such thing.</summary>
    public string? Provider { get; init; }

    /// <summary>Gets why nothing can be computed on it now, with what to do; <see langword="null"/> if it can.</summary>
    public string? Problem { get; init; }
}
