namespace LocalSlm;

/// <summary>Names of vendors by their PCI id (the PCI ID Repository); Khronos ids stand in for software drivers.</summary>
internal static class HardwareVendors
{
    /// <summary>Finds a name.</summary>
    /// <param name="id">The id.</param>
    /// <returns>The name, or <see langword="null"/> for an unknown one.</returns>
    public static string? NameOf(uint id) =>
        id switch
        {
            0x10DE => "NVIDIA",
            0x1002 or 0x1022 => "AMD",
            0x8086 => "Intel",
            0x106B => "Apple",
            0x5143 or 0x4D4F4351 => "Qualcomm",
            0x13B5 => "Arm",
            0x1414 => "Microsoft",
            0x1AF4 => "Red Hat (virtio)",
            0x15AD => "VMware",
            0x10005 => "Mesa",
            _ => null,
        };
}
