using System.Globalization;
using System.Runtime.InteropServices;

namespace LocalSlm.Hardware.Merging;

/// <summary>Makes one list of devices from what the system and the runtimes see. Pure.</summary>
internal static class DeviceMerge
{
    /// <summary>Merges.</summary>
    /// <param name="system">What the operating system knows.</param>
    /// <param name="runtimes">What the runtimes list.</param>
    /// <param name="platform">The operating system, for what to add.</param>
    /// <returns>Each device once: first those of the system, in its order, then those that only a runtime sees.</returns>
    public static IReadOnlyList<HardwareDevice> Merge(
        IReadOnlyList<SystemDevice> system,
        IReadOnlyList<RuntimeReport> runtimes,
        Platform platform
    )
    {
        List<DeviceEntry> entries = [.. system.Select(static device => new DeviceEntry(device))];
        foreach (var runtime in runtimes)
        {
            // Those with an address first, so that one without does not take the place of another of its type.
            var devices = runtime
                .Devices.Where(static device => device is { Kind: not ComputeDeviceKind.Cpu, IsVirtual: false })
                .OrderBy(static device => device.PciAddress is null && device.Luid is null ? 1 : 0);
            foreach (var device in devices)
            {
                if (DeviceMatch.Find(entries, runtime, device) is { } entry)
                {
                    entry.Add(runtime, device);
                }
                else
                {
                    entries.Add(new DeviceEntry(runtime, device));
                }
            }
        }

        return [.. entries.Select(entry => Describe(entry, runtimes, platform))];
    }

    private static HardwareDevice Describe(DeviceEntry entry, IReadOnlyList<RuntimeReport> runtimes, Platform platform)
    {
        var kind = FindKind(entry);
        var vendor = entry.VendorId is { } id ? HardwareVendors.NameOf(id) : null;
        RuntimeDevice[] ways =
        [
            .. entry
                .Seen.Where(static one => one.Device.Problem is null)
                .Select(static one => new RuntimeDevice(one.Runtime.Name, one.Device)),
        ];
        // What a runtime may allocate counts more than what a card carries.
        var measured = entry
            .Seen.Select(static one => one.Device)
            .FirstOrDefault(static device => device.TotalMemoryBytes > 0);
        return new HardwareDevice
        {
            Kind = kind,
            Name = FindName(entry, kind, vendor),
            Vendor = vendor,
            VendorId = entry.VendorId,
            DeviceId = entry.DeviceId,
            PciAddress = entry.Address,
            Luid = entry.Luid,
            Driver = entry.System?.Driver,
            DriverVersion =
                entry.System?.DriverVersion
                ?? entry
                    .Seen.Select(static one => one.Device.DriverVersion)
                    .FirstOrDefault(static one => one is not null),
            TotalMemoryBytes = measured?.TotalMemoryBytes ?? entry.System?.TotalMemoryBytes ?? 0,
            FreeMemoryBytes = measured?.FreeMemoryBytes ?? entry.System?.FreeMemoryBytes ?? 0,
            IsSoftware = entry.IsSoftware,
            Runtimes = ways,
            Problem = ways.Length > 0 ? null : DeviceAdvice.Explain(entry, kind, runtimes, platform),
        };
    }

    /// <summary>Whoever says that it shares the main memory knows; others do not tell the two apart.</summary>
    private static ComputeDeviceKind FindKind(DeviceEntry entry)
    {
        var kinds = entry.Seen.Select(static one => one.Device.Kind);
        return entry.System?.Kind == ComputeDeviceKind.IntegratedGpu || kinds.Contains(ComputeDeviceKind.IntegratedGpu)
            ? ComputeDeviceKind.IntegratedGpu
            : entry.System?.Kind ?? kinds.First();
    }

    private static string FindName(DeviceEntry entry, ComputeDeviceKind kind, string? vendor)
    {
        if (entry.Names.FirstOrDefault() is { } name)
        {
            return name;
        }

        var who =
            vendor
            ?? (
                entry.VendorId is { } id ? string.Create(CultureInfo.InvariantCulture, $"Vendor 0x{id:x4}") : "Unknown"
            );
        var what = kind == ComputeDeviceKind.Npu ? "NPU" : "GPU";
        return entry.DeviceId is { } device
            ? string.Create(CultureInfo.InvariantCulture, $"{who} {what} 0x{device:x4}")
            : entry.Seen.Select(static one => one.Device.Description).FirstOrDefault(static words => words.Length > 0)
                ?? $"{who} {what}";
    }
}
