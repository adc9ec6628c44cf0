namespace LocalSlm.Hardware.Merging;

/// <summary>A device while what is known of it comes together.</summary>
internal sealed class DeviceEntry
{
    private readonly List<(RuntimeReport Runtime, ComputeDevice Device)> _seen = [];

    /// <summary>Creates the entry of a device that the system knows.</summary>
    public DeviceEntry(SystemDevice system)
    {
        System = system;
        IsNpu = system.Kind == ComputeDeviceKind.Npu;
        VendorId = system.VendorId;
        DeviceId = system.DeviceId;
        Address = system.Address;
        Luid = system.Luid;
    }

    /// <summary>Creates the entry of a device that only a runtime knows.</summary>
    public DeviceEntry(RuntimeReport runtime, ComputeDevice device)
    {
        IsNpu = device.Kind == ComputeDeviceKind.Npu;
        Add(runtime, device);
    }

    public SystemDevice? System { get; }

    public bool IsNpu { get; }

    public uint? VendorId { get; private set; }

    public uint? DeviceId { get; private set; }

    public string? Address { get; private set; }

    public ulong? Luid { get; private set; }

    /// <summary>Gets how runtimes see it.</summary>
    public IReadOnlyList<(RuntimeReport Runtime, ComputeDevice Device)> Seen => _seen;

    /// <summary>Gets a value indicating whether it is a program on the processor.</summary>
    public bool IsSoftware => _seen.Exists(static one => DeviceNames.IsSoftware(one.Device.Description));

    /// <summary>Gets the names that it is known by.</summary>
    public IEnumerable<string> Names =>
        new[] { System?.Name }
            .Concat(_seen.Select(static one => one.Device.Description))
            .OfType<string>()
            .Where(DeviceNames.IsProper);

    /// <summary>Adds how a runtime sees it.</summary>
    public void Add(RuntimeReport runtime, ComputeDevice device)
    {
        _seen.Add((runtime, device));
        VendorId ??= device.VendorId;
        DeviceId ??= device.DeviceId;
        Address ??= PciAddress.Normalise(device.PciAddress);
        Luid ??= device.Luid;
    }

    /// <summary>Tells whether the same part of a runtime sees it already: one lists each device once.</summary>
    public bool IsSeenBy(RuntimeReport runtime, ComputeDevice device) =>
        _seen.Exists(one => one.Runtime.Name == runtime.Name && one.Device.Provider == device.Provider);
}
