namespace LocalSlm;

/// <summary>A graphics or neural processor of this machine.</summary>
public sealed record HardwareDevice
{
    /// <summary>Gets the kind.</summary>
    public required ComputeDeviceKind Kind { get; init; }

    /// <summary>Gets what it calls itself.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the vendor's name, such as <c>NVIDIA</c>; <see langword="null"/> if unknown.</summary>
    public string? Vendor { get; init; }

    /// <summary>Gets the PCI vendor id, such as 0x10DE; <see langword="null"/> if unknown.</summary>
    public uint? VendorId { get; init; }

    /// <summary>Gets the PCI device id; <see langword="null"/> if unknown.</summary>
    public uint? DeviceId { get; init; }

    /// <summary>Gets the PCI address, such as <c>0000:01:00.0</c>; <see langword="null"/> if it has none or it is unknown.</summary>
    public string? PciAddress { get; init; }

    /// <summary>Gets the locally unique id that Windows gives an adapter; <see langword="null"/> elsewhere.</summary>
    public ulong? Luid { get; init; }

    /// <summary>Gets the operating system's driver, such as <c>nvidia</c>; <see langword="null"/> if there is none or it is
    /// unknown.</summary>
    public string? Driver { get; init; }

    /// <summary>Gets the driver's version; <see langword="null"/> if unknown.</summary>
    public string? DriverVersion { get; init; }

    /// <summary>Gets its memory, in bytes; 0 if unknown. An integrated one counts main memory.</summary>
    public long TotalMemoryBytes { get; init; }

    /// <summary>Gets its free memory, in bytes; 0 if unknown.</summary>
    public long FreeMemoryBytes { get; init; }

    /// <summary>Gets a value indicating whether it is a program that imitates a device on the processor.</summary>
    public bool IsSoftware { get; init; }

    /// <summary>Gets how the runtimes see it, one entry for each way to compute on it; empty if none does.</summary>
    public IReadOnlyList<RuntimeDevice> Runtimes { get; init; } = [];

    /// <summary>Gets why nothing can be computed on it, with the package or driver to add; <see langword="null"/> if a runtime drives
    /// it.</summary>
    public string? Problem { get; init; }

    /// <summary>Gives kind, name, driver, memory and address.</summary>
    /// <returns>One line.</returns>
    public override string ToString()
    {
        var text = $"{HardwareTable.Kind(Kind)} {Name}";
        if (Vendor is { } vendor && !Name.Contains(vendor, StringComparison.OrdinalIgnoreCase))
        {
            text += $", {vendor}";
        }

        if (IsSoftware)
        {
            text += ", a program on the processor";
        }

        if (Driver is { } driver)
        {
            text += DriverVersion is { } version ? $", driver {driver} {version}" : $", driver {driver}";
        }

        if (TotalMemoryBytes > 0)
        {
            text += $", {HardwareTable.Bytes(TotalMemoryBytes)}, {HardwareTable.Bytes(FreeMemoryBytes)} free";
        }

        return PciAddress is { } address ? $"{text}, PCI {address}" : text;
    }
}
