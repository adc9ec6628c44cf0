namespace LocalSlm.Hardware.Merging;

/// <summary>Finds the entry of a device that a runtime lists. Numbers that both know decide; words do only where there are none.</summary>
internal static class DeviceMatch
{
    /// <summary>Finds the entry.</summary>
    /// <param name="entries">What is known so far.</param>
    /// <param name="runtime">The runtime.</param>
    /// <param name="device">The device in its words.</param>
    /// <returns>The entry, or <see langword="null"/> if it is a device of its own.</returns>
    public static DeviceEntry? Find(IReadOnlyList<DeviceEntry> entries, RuntimeReport runtime, ComputeDevice device)
    {
        var isSoftware = DeviceNames.IsSoftware(device.Description);
        var open = entries
            .Where(entry => entry.IsNpu == (device.Kind == ComputeDeviceKind.Npu))
            .Where(entry => entry.IsSoftware == isSoftware)
            .Where(entry => !entry.IsSeenBy(runtime, device))
            .ToList();
        var address = PciAddress.Normalise(device.PciAddress);
        var same =
            open.Find(entry => entry.Address is not null && entry.Address == address)
            ?? open.Find(entry => entry.Luid is not null && entry.Luid == device.Luid);
        if (same is not null)
        {
            return same;
        }

        open.RemoveAll(entry => Contradicts(entry, device, address));
        // Devices of one type are interchangeable: what has no address is given to them in order.
        return open.Find(entry =>
                device.VendorId is not null
                && device.DeviceId is not null
                && entry.VendorId == device.VendorId
                && entry.DeviceId == device.DeviceId
            )
            ?? FindByName(open, device)
            ?? FindByVendor(entries, open, runtime, device);
    }

    private static bool Contradicts(DeviceEntry entry, ComputeDevice device, string? address) =>
        Differ(entry.Address, address)
        || Differ(entry.Luid, device.Luid)
        || Differ(entry.VendorId, device.VendorId)
        || Differ(entry.DeviceId, device.DeviceId);

    private static bool Differ<T>(T? left, T? right)
        where T : struct => left is { } one && right is { } other && !one.Equals(other);

    private static bool Differ(string? left, string? right) => left is not null && right is not null && left != right;

    private static DeviceEntry? FindByName(List<DeviceEntry> entries, ComputeDevice device)
    {
        if (!DeviceNames.IsProper(device.Description))
        {
            return null;
        }

        var name = DeviceNames.Normalise(device.Description);
        return entries.Find(entry => entry.Names.Any(one => DeviceNames.Normalise(one) == name));
    }

    /// <summary>A driver that tells no numbers is still one of a vendor. Where the system knows one such device only, and this runtime
    /// lists one only that has no place yet, they are the same.</summary>
    private static DeviceEntry? FindByVendor(
        IReadOnlyList<DeviceEntry> entries,
        List<DeviceEntry> open,
        RuntimeReport runtime,
        ComputeDevice device
    )
    {
        var ofVendor = open.FindAll(entry => entry.System is not null && IsOfVendor(device, entry.VendorId));
        if (ofVendor.Count != 1)
        {
            return null;
        }

        var rivals = runtime.Devices.Count(other =>
            other.Kind is not ComputeDeviceKind.Cpu
            && (other.Kind == ComputeDeviceKind.Npu) == ofVendor[0].IsNpu
            && other.Provider == device.Provider
            && IsOfVendor(other, ofVendor[0].VendorId)
            && !entries.Any(entry => entry.Seen.Any(one => ReferenceEquals(one.Device, other)))
        );
        return rivals == 1 ? ofVendor[0] : null;
    }

    private static bool IsOfVendor(ComputeDevice device, uint? vendor) =>
        vendor is { } id
        && (
            device.VendorId == id
            || (
                HardwareVendors.NameOf(id) is { } name
                && device.Description.Contains(name, StringComparison.OrdinalIgnoreCase)
            )
        );
}
