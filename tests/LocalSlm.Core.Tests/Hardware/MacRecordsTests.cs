using System.Buffers.Binary;
using LocalSlm.Hardware.MacOs;

namespace LocalSlm.Tests.Hardware;

/// <summary>Bytes as the macOS SDK's sys/sysctl.h and mach/vm_statistics.h lay them out.</summary>
public sealed class MacRecordsTests
{
    [Fact]
    public void ReadMemory_OfPageCounts_AddsWhatIsGivenBack()
    {
        var statistics = new byte[160];
        Write(statistics, 0, 1000);
        Write(statistics, 4, 5000);
        Write(statistics, 8, 2000);
        Write(statistics, 12, 3000);
        Write(statistics, 88, 500);
        Write(statistics, 92, 250);
        var swap = new byte[32];
        BinaryPrimitives.WriteInt64LittleEndian(swap, 1 << 30);
        BinaryPrimitives.WriteInt64LittleEndian(swap.AsSpan(8), 1 << 29);

        var memory = MacRecords.ReadMemory(16L << 30, 16384, statistics, swap)!;

        Assert.Equal((16L << 30, 3500L * 16384), (memory.TotalBytes, memory.AvailableBytes));
        Assert.Equal((1L << 30, 1L << 29), (memory.SwapTotalBytes, memory.SwapFreeBytes));
        Assert.Null(MacRecords.ReadMemory(0, 16384, statistics, swap));
        Assert.Null(MacRecords.ReadMemory(16L << 30, 16384, statistics.AsSpan(0, 40), swap));
        Assert.Equal(0, MacRecords.ReadMemory(16L << 30, 16384, statistics, [])!.SwapTotalBytes);
    }

    [Theory]
    [InlineData("Apple M2", false, new[] { "Apple M2", "Apple Neural Engine" })]
    [InlineData("Apple M1 (Virtual)", true, new[] { "Apple M1 (Virtual)" })]
    [InlineData("Intel(R) Core(TM) i7", false, new string[0])]
    public void ListDevices_OfABrand_KnowsWhatAppleBuildsIn(string brand, bool isVirtual, string[] names) =>
        Assert.Equal(names, MacRecords.ListDevices(brand, isVirtual).Select(static device => device.Name));

    [Fact]
    public void ReadNumber_OfBothWidths_IsRead()
    {
        Assert.Equal(8, MacRecords.ReadNumber([8, 0, 0, 0]));
        Assert.Equal(1L << 32, MacRecords.ReadNumber([0, 0, 0, 0, 1, 0, 0, 0]));
        Assert.Null(MacRecords.ReadNumber([1]));
        Assert.Equal("Apple M2", MacRecords.ReadText("Apple M2\0"u8));
    }

    private static void Write(byte[] bytes, int offset, uint value) =>
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(offset), value);
}
