using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace LocalSlm.Hardware.Windows;

/// <summary>Reads what Windows answers with; layouts as Microsoft documents them, for 64-bit processes.</summary>
internal static class WindowsRecords
{
    /// <summary>Adapters with less memory of their own use main memory: an integrated one has what the firmware set aside for it.</summary>
    private const ulong LeastOwnMemory = 512UL << 20;

    /// <summary>Reads <c>MEMORYSTATUSEX</c> (sysinfoapi.h). The page file that it tells includes the main memory.</summary>
    public static MemoryInfo? ReadMemory(ReadOnlySpan<byte> status)
    {
        if (status.Length < 40)
        {
            return null;
        }

        var total = Quad(status, 8);
        var available = Quad(status, 16);
        var swapTotal = Math.Max(0, Quad(status, 24) - total);
        return new MemoryInfo
        {
            TotalBytes = total,
            AvailableBytes = Math.Min(available, total),
            SwapTotalBytes = swapTotal,
            SwapFreeBytes = Math.Clamp(Quad(status, 32) - available, 0, swapTotal),
        };
    }

    /// <summary>Reads records of <c>SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX</c> (winnt.h) of cores.</summary>
    /// <returns>Cores, logical processors, and how many cores are of the fastest class if there are several classes.</returns>
    public static (int Cores, int Logical, int? Fast)? ReadCores(ReadOnlySpan<byte> records)
    {
        var classes = new List<byte>();
        var logical = 0;
        while (records.Length >= 8)
        {
            var size = BinaryPrimitives.ReadInt32LittleEndian(records[4..]);
            if (size < 32 || size > records.Length)
            {
                return null;
            }

            // Relationship, size; flags, efficiency class, 20 reserved bytes, group count; for each group a mask, a number, 6 bytes.
            var record = records[..size];
            if (BinaryPrimitives.ReadInt32LittleEndian(record) == 0)
            {
                classes.Add(record[9]);
                var groups = BinaryPrimitives.ReadUInt16LittleEndian(record[30..]);
                for (var group = 0; group < groups && 32 + ((group + 1) * 16) <= size; group++)
                {
                    logical += BitOperations.PopCount(
                        BinaryPrimitives.ReadUInt64LittleEndian(record[(32 + (group * 16))..])
                    );
                }
            }

            records = records[size..];
        }

        if (classes.Count == 0 || logical == 0)
        {
            return null;
        }

        var fastest = classes.Max();
        var fast = classes.Count(one => one == fastest);
        return (classes.Count, logical, fast == classes.Count ? null : fast);
    }

    /// <summary>Reads <c>DXGI_ADAPTER_DESC1</c> (dxgi.h).</summary>
    /// <param name="description">The structure.</param>
    /// <param name="driverVersion">The version as four numbers of 16 bits; 0 if unknown.</param>
    /// <returns>The adapter, or <see langword="null"/> if it is a program, or a remote one.</returns>
    public static SystemDevice? ReadAdapter(ReadOnlySpan<byte> description, long driverVersion)
    {
        const uint RemoteOrSoftware = 3;
        if (
            description.Length < 312
            || (BinaryPrimitives.ReadUInt32LittleEndian(description[304..]) & RemoteOrSoftware) != 0
        )
        {
            return null;
        }

        var memory = BinaryPrimitives.ReadUInt64LittleEndian(description[272..]);
        var name = ReadText(description[..256]);
        return new SystemDevice
        {
            Kind = memory < LeastOwnMemory ? ComputeDeviceKind.IntegratedGpu : ComputeDeviceKind.Gpu,
            Name = string.IsNullOrEmpty(name) ? null : name,
            VendorId = BinaryPrimitives.ReadUInt32LittleEndian(description[256..]),
            DeviceId = BinaryPrimitives.ReadUInt32LittleEndian(description[260..]),
            TotalMemoryBytes = memory < LeastOwnMemory ? 0 : (long)Math.Min(memory, long.MaxValue),
            Luid = BinaryPrimitives.ReadUInt64LittleEndian(description[296..]),
            DriverVersion = driverVersion == 0 ? null : Version(driverVersion),
            KnowsDriver = false,
        };
    }

    /// <summary>Makes the device of a neural processor from its properties.</summary>
    /// <param name="hardwareId">Such as <c>PCI\VEN_8086&amp;DEV_7D1D&amp;SUBSYS_…</c>, or <c>ACPI\QCOM0D0A</c>.</param>
    /// <param name="name">Its name.</param>
    /// <param name="service">Its driver.</param>
    public static SystemDevice ReadAccelerator(string? hardwareId, string? name, string? service) =>
        new()
        {
            Kind = ComputeDeviceKind.Npu,
            Name = name,
            VendorId = FindId(hardwareId, "VEN_") ?? AcpiVendor(hardwareId),
            DeviceId = FindId(hardwareId, "DEV_"),
            Driver = service,
        };

    /// <summary>Reads UTF-16 up to the first zero.</summary>
    public static string ReadText(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.Unicode.GetString(bytes);
        var end = text.IndexOf('\0', StringComparison.Ordinal);
        return (end < 0 ? text : text[..end]).Trim();
    }

    private static uint? FindId(string? text, string prefix)
    {
        var at = text?.IndexOf(prefix, StringComparison.OrdinalIgnoreCase) ?? -1;
        return at < 0 || text!.Length < at + prefix.Length + 4
            ? null
            : Hex.Parse(text.Substring(at + prefix.Length, 4));
    }

    /// <summary>ACPI ids begin with the vendor's four letters (UEFI's ACPI ID registry).</summary>
    private static uint? AcpiVendor(string? text) =>
        text?.Contains(@"ACPI\QCOM", StringComparison.OrdinalIgnoreCase) == true ? 0x5143u : null;

    private static string Version(long version) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{(version >> 48) & 0xFFFF}.{(version >> 32) & 0xFFFF}.{(version >> 16) & 0xFFFF}.{version & 0xFFFF}"
        );

    private static long Quad(ReadOnlySpan<byte> bytes, int offset) =>
        (long)Math.Min(BinaryPrimitives.ReadUInt64LittleEndian(bytes[offset..]), long.MaxValue);
}
