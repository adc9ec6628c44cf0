using System.Globalization;
using Microsoft.ML.OnnxRuntime;

namespace LocalSlm.Onnx.Devices;

/// <summary>What ONNX Runtime lists at a moment: devices with their execution providers, and hardware that no provider serves.</summary>
/// <param name="Devices">The devices, in the library's order.</param>
/// <param name="Unserved">Hardware without a provider.</param>
internal sealed record DeviceCatalog(IReadOnlyList<ListedDevice> Devices, IReadOnlyList<UnservedHardware> Unserved)
{
    // Metadata of hardware devices: kOrtHardwareDevice_MetadataKey_IsVirtual of onnxruntime_ep_device_ep_metadata_keys.h (1.31); some
    // providers write it in their own way. "Discrete" comes from ONNX Runtime's own discovery.
    private static readonly string[] s_virtualKeys = ["is_virtual", "IsVirtual"];

    /// <summary>Reads the lists.</summary>
    public static DeviceCatalog Read(OrtEnv environment)
    {
        var devices = new List<ListedDevice>();
        var served = new HashSet<(OrtHardwareDeviceType, uint, uint)>();
        foreach (var device in environment.GetEpDevices())
        {
            var hardware = device.HardwareDevice;
            served.Add((hardware.Type, hardware.VendorId, hardware.DeviceId));
            var provider = device.EpName;
            devices.Add(
                new ListedDevice
                {
                    Provider = provider,
                    Number = devices.Count(other => other.Provider == provider),
                    Kind = KindOf(hardware.Type, hardware.Metadata.Entries),
                    Description = Describe(hardware),
                    IsVirtual = IsVirtual(hardware.Metadata.Entries) || IsVirtual(device.EpMetadata.Entries),
                    Identity = IdentityOf(hardware),
                    Native = device,
                }
            );
        }

        var unserved = new List<UnservedHardware>();
        foreach (var hardware in environment.GetHardwareDevices())
        {
            if (served.Add((hardware.Type, hardware.VendorId, hardware.DeviceId)))
            {
                unserved.Add(
                    new UnservedHardware(KindOf(hardware.Type, hardware.Metadata.Entries), Describe(hardware))
                    {
                        Identity = IdentityOf(hardware),
                    }
                );
            }
        }

        return new DeviceCatalog(devices, unserved);
    }

    internal static bool IsVirtual(IReadOnlyDictionary<string, string> metadata)
    {
        foreach (var key in s_virtualKeys)
        {
            if (
                metadata.TryGetValue(key, out var value)
                && (value == "1" || value.Equals("true", StringComparison.OrdinalIgnoreCase))
            )
            {
                return true;
            }
        }

        return false;
    }

    internal static ComputeDeviceKind KindOf(
        OrtHardwareDeviceType type,
        IReadOnlyDictionary<string, string> metadata
    ) =>
        type switch
        {
            OrtHardwareDeviceType.NPU => ComputeDeviceKind.Npu,
            OrtHardwareDeviceType.GPU => metadata.TryGetValue("Discrete", out var discrete) && discrete == "0"
                ? ComputeDeviceKind.IntegratedGpu
                : ComputeDeviceKind.Gpu,
            _ => ComputeDeviceKind.Cpu,
        };

    private static HardwareIdentity IdentityOf(OrtHardwareDevice hardware) =>
        HardwareIdentity.Read(hardware.VendorId, hardware.DeviceId, hardware.Metadata.Entries);

    private static string Describe(OrtHardwareDevice hardware)
    {
        if (hardware.Metadata.Entries.TryGetValue("Description", out var description) && description.Length > 0)
        {
            return description;
        }

        var vendor = string.IsNullOrEmpty(hardware.Vendor)
            ? string.Create(CultureInfo.InvariantCulture, $"vendor 0x{hardware.VendorId:x4}")
            : hardware.Vendor;
        return hardware.DeviceId == 0
            ? $"{vendor} {hardware.Type}"
            : string.Create(CultureInfo.InvariantCulture, $"{vendor} {hardware.Type}, device 0x{hardware.DeviceId:x4}");
    }
}
