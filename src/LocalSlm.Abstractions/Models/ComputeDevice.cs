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

    /// <summary>Gets the PCI vendor id; <see langword="null"/> if unknown.</summary>
    public uint? VendorId { get; init; }

    /// <summary>Gets the PCI device id; <see langword="null"/> if unknown.</summary>
    public uint? DeviceId { get; init; }

    /// <summary>Gets the PCI address, such as <c>0000:01:00.0</c>; <see langword="null"/> if it has none or it is unknown.</summary>
    public string? PciAddress { get; init; }

    /// <summary>Gets the locally unique id that Windows gives an adapter; <see langword="null"/> elsewhere.</summary>
    public ulong? Luid { get; init; }

    /// <summary>Gets the version of the driver; <see langword="null"/> if the runtime does not tell.</summary>
    public string? DriverVersion { get; init; }

    /// <summary>Gets a value indicating whether no such hardware is in this machine: execution providers list such devices to compile
    /// models for others. <see cref="Problem"/> says so.</summary>
    public bool IsVirtual { get; init; }

    /// <summary>Gets why nothing can be computed on it now, with what to do; <see langword="null"/> if it can.</summary>
    public string? Problem { get; init; }
}
