using System.Buffers.Binary;
using System.Text;
using LocalSlm.Hardware.Windows;

namespace LocalSlm.Tests.Hardware;

/// <summary>Bytes as Microsoft's headers lay them out for 64-bit processes: sysinfoapi.h, winnt.h, dxgi.h, setupapi.h.</summary>
public sealed class WindowsRecordsTests
{
    private const long GiB = 1L << 30;

    [Fact]
    public void ReadMemory_OfTheStatus_PartsSwapFromMemory()
    {
        var status = new byte[64];
        BinaryPrimitives.WriteUInt32LittleEndian(status, 64);
        BinaryPrimitives.WriteUInt32LittleEndian(status.AsSpan(4), 40);
        long[] quads = [16 * GiB, 9 * GiB, 24 * GiB, 15 * GiB, 128 << 10, 127 << 10, 0];
        for (var i = 0; i < quads.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(status.AsSpan(8 + (i * 8)), quads[i]);
        }

        var memory = WindowsRecords.ReadMemory(status)!;
        Assert.Equal((16 * GiB, 9 * GiB), (memory.TotalBytes, memory.AvailableBytes));
        Assert.Equal((8 * GiB, 6 * GiB), (memory.SwapTotalBytes, memory.SwapFreeBytes));
        Assert.Null(WindowsRecords.ReadMemory(status.AsSpan(0, 8)));
    }

    [Fact]
    public void ReadCores_HybridProcessor_CountsTheFastestClass()
    {
        // Two fast cores of two threads, then three frugal ones.
        byte[] records =
        [
            .. Core(1, 0b11),
            .. Core(1, 0b1100),
            .. Core(0, 1 << 4),
            .. Core(0, 1 << 5),
            .. Core(0, 1 << 6),
        ];
        Assert.Equal((5, 7, 2), WindowsRecords.ReadCores(records));
        Assert.Equal((1, 2, null), WindowsRecords.ReadCores(Core(0, 0b11)));
    }

    [Fact]
    public void ReadCores_DamagedRecords_GiveNothing()
    {
        var record = Core(0, 1);
        Assert.Null(WindowsRecords.ReadCores([]));
        Assert.Null(WindowsRecords.ReadCores(record.AsSpan(0, 20)));
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(4), 0);
        Assert.Null(WindowsRecords.ReadCores(record));
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(4), 4000);
        Assert.Null(WindowsRecords.ReadCores(record));
    }

    [Fact]
    public void ReadAdapter_OfADescription_HasNameNumbersMemoryAndLuid()
    {
        var device = WindowsRecords.ReadAdapter(
            Adapter("NVIDIA GeForce RTX 4060", 0x10DE, 0x2882, 8 * GiB, 0),
            0x0020_000F_000F_1FB8
        )!;

        Assert.Equal((ComputeDeviceKind.Gpu, "NVIDIA GeForce RTX 4060"), (device.Kind, device.Name));
        Assert.Equal((0x10DEu, 0x2882u, 8 * GiB), (device.VendorId, device.DeviceId, device.TotalMemoryBytes));
        Assert.Equal(0x0000_0002_0001_211Cul, device.Luid);
        Assert.Equal("32.15.15.8120", device.DriverVersion);
    }

    [Fact]
    public void ReadAdapter_WithoutMemoryOfItsOwn_IsIntegrated() =>
        Assert.Equal(
            ComputeDeviceKind.IntegratedGpu,
            WindowsRecords.ReadAdapter(Adapter("Intel(R) Graphics", 0x8086, 0x7D55, 128 << 20, 0), 0)!.Kind
        );

    [Theory]
    [InlineData(1u)]
    [InlineData(2u)]
    public void ReadAdapter_RemoteOrSoftware_IsNone(uint flags) =>
        Assert.Null(WindowsRecords.ReadAdapter(Adapter("Microsoft Basic Render Driver", 0x1414, 0x8C, 0, flags), 0));

    [Theory]
    [InlineData(@"PCI\VEN_8086&DEV_7D1D&SUBSYS_22128086&REV_04", 0x8086u, 0x7D1Du)]
    [InlineData(@"ACPI\VEN_QCOM&DEV_0D0A", null, 0x0D0Au)]
    [InlineData(@"ACPI\QCOM0D0A", 0x5143u, null)]
    [InlineData(@"PCI\VEN_", null, null)]
    [InlineData(null, null, null)]
    public void ReadAccelerator_OfHardwareIds_FindsTheNumbers(string? id, uint? vendor, uint? device)
    {
        var npu = WindowsRecords.ReadAccelerator(id, "Intel(R) AI Boost", "npu");
        Assert.Equal(
            (ComputeDeviceKind.Npu, vendor, device, "npu"),
            (npu.Kind, npu.VendorId, npu.DeviceId, npu.Driver)
        );
    }

    private static byte[] Core(byte efficiencyClass, ulong mask)
    {
        var record = new byte[48];
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(4), record.Length);
        record[9] = efficiencyClass;
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(30), 1);
        BinaryPrimitives.WriteUInt64LittleEndian(record.AsSpan(32), mask);
        return record;
    }

    private static byte[] Adapter(string name, uint vendor, uint device, long memory, uint flags)
    {
        var bytes = new byte[312];
        Encoding.Unicode.GetBytes(name, bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(256), vendor);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(260), device);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(272), memory);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(296), 0x0001_211C);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(300), 2);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(304), flags);
        return bytes;
    }
}
