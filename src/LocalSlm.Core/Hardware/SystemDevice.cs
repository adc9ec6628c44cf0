namespace LocalSlm.Hardware;

/// <summary>A graphics or neural processor as the operating system sees it.</summary>
internal sealed record SystemDevice
{
    public required ComputeDeviceKind Kind { get; init; }

    /// <summary>Gets its name; <see langword="null"/> where the system knows numbers only.</summary>
    public string? Name { get; init; }

    public uint? VendorId { get; init; }

    public uint? DeviceId { get; init; }

    /// <summary>Gets the PCI address as <see cref="PciAddress.Normalise"/> gives it.</summary>
    public string? Address { get; init; }

    public ulong? Luid { get; init; }

    /// <summary>Gets the driver that is bound to it; <see langword="null"/> if none is.</summary>
    public string? Driver { get; init; }

    public string? DriverVersion { get; init; }

    /// <summary>Gets its own memory, in bytes; 0 if the system does not tell.</summary>
    public long TotalMemoryBytes { get; init; }

    public long FreeMemoryBytes { get; init; }

    /// <summary>Gets a value indicating whether the system tells which driver is bound, so that none means none.</summary>
    public bool KnowsDriver { get; init; } = true;

    /// <summary>Gets why nothing can be computed on it, whatever package is added; <see langword="null"/> if nothing is known.</summary>
    public string? Problem { get; init; }
}
