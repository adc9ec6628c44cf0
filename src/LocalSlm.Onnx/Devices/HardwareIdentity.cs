using System.Globalization;
using LocalSlm.Hardware;

namespace LocalSlm.Onnx.Devices;

/// <summary>The numbers by which ONNX Runtime tells one device from another, as far as it knows them.</summary>
internal sealed record HardwareIdentity
{
    /// <summary>Keys that ONNX Runtime's own discovery writes: the address on Linux, the adapter's id on Windows (strings of the 1.31.1
    /// libraries).</summary>
    private const string PciKey = "pci_bus_id";
    private const string LuidKey = "LUID";

    /// <summary>Gets one that tells nothing.</summary>
    public static HardwareIdentity Unknown { get; } = new();

    public uint? VendorId { get; init; }

    public uint? DeviceId { get; init; }

    /// <summary>Gets the PCI address in the one spelling of <see cref="Hardware.PciAddress"/>.</summary>
    public string? PciAddress { get; init; }

    public ulong? Luid { get; init; }

    /// <summary>Reads the numbers; 0 stands for an unknown one.</summary>
    public static HardwareIdentity Read(uint vendorId, uint deviceId, IReadOnlyDictionary<string, string> metadata) =>
        new()
        {
            VendorId = vendorId == 0 ? null : vendorId,
            DeviceId = deviceId == 0 ? null : deviceId,
            PciAddress = Hardware.PciAddress.Normalise(metadata.GetValueOrDefault(PciKey)),
            Luid = ulong.TryParse(
                metadata.GetValueOrDefault(LuidKey),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var luid
            )
                ? luid
                : null,
        };

    /// <summary>Writes the numbers into a device.</summary>
    public ComputeDevice ApplyTo(ComputeDevice device) =>
        device with
        {
            VendorId = VendorId,
            DeviceId = DeviceId,
            PciAddress = PciAddress,
            Luid = Luid,
        };
}
