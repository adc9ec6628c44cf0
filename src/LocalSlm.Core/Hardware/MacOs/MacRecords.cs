using System.Buffers.Binary;
using System.Text;

namespace LocalSlm.Hardware.MacOs;

/// <summary>Reads what macOS answers with; layouts of the macOS 14 SDK (sys/sysctl.h, mach/vm_statistics.h).</summary>
internal static class MacRecords
{
    /// <summary>Reads an integer of 4 or 8 bytes.</summary>
    public static long? ReadNumber(ReadOnlySpan<byte> value) =>
        value.Length switch
        {
            4 => BinaryPrimitives.ReadInt32LittleEndian(value),
            8 => BinaryPrimitives.ReadInt64LittleEndian(value),
            _ => null,
        };

    /// <summary>Reads a text that ends with a zero.</summary>
    public static string ReadText(ReadOnlySpan<byte> value) => Encoding.UTF8.GetString(value).TrimEnd('\0').Trim();

    /// <summary>Reads memory and swap.</summary>
    /// <param name="total">The machine's memory, in bytes (<c>hw.memsize</c>).</param>
    /// <param name="pageBytes">The size of a page (<c>hw.pagesize</c>).</param>
    /// <param name="statistics"><c>vm_statistics64</c>: counts of pages: free, active, inactive, wired, of 4 bytes each; purgeable
    /// of 4 bytes behind nine counters of 8 bytes.</param>
    /// <param name="swap"><c>xsw_usage</c> (<c>vm.swapusage</c>): total, available, used.</param>
    /// <returns>The memory, or <see langword="null"/> if the figures are not there.</returns>
    public static MemoryInfo? ReadMemory(
        long total,
        long pageBytes,
        ReadOnlySpan<byte> statistics,
        ReadOnlySpan<byte> swap
    )
    {
        const int Free = 0;
        const int Inactive = 8;
        const int Purgeable = 88;
        if (total <= 0 || pageBytes <= 0 || statistics.Length < Purgeable + 4)
        {
            return null;
        }

        // Free pages count the speculative ones; inactive and purgeable ones are given back when memory is wanted.
        var pages =
            (long)BinaryPrimitives.ReadUInt32LittleEndian(statistics[Free..])
            + BinaryPrimitives.ReadUInt32LittleEndian(statistics[Inactive..])
            + BinaryPrimitives.ReadUInt32LittleEndian(statistics[Purgeable..]);
        return new MemoryInfo
        {
            TotalBytes = total,
            AvailableBytes = Math.Min(total, pages * pageBytes),
            SwapTotalBytes = swap.Length < 16 ? 0 : BinaryPrimitives.ReadInt64LittleEndian(swap),
            SwapFreeBytes = swap.Length < 16 ? 0 : BinaryPrimitives.ReadInt64LittleEndian(swap[8..]),
        };
    }

    /// <summary>Lists what Apple's own processors carry: a graphics and a neural processor that compute in main memory.</summary>
    /// <param name="brand">The processor's name (<c>machdep.cpu.brand_string</c>), such as <c>Apple M2</c>.</param>
    /// <param name="isVirtual">Whether this is a guest of a hypervisor (<c>kern.hv_vmm_present</c>): it gets no neural processor.</param>
    public static IReadOnlyList<SystemDevice> ListDevices(string brand, bool isVirtual)
    {
        const uint Apple = 0x106B;
        if (!brand.StartsWith("Apple", StringComparison.Ordinal))
        {
            return [];
        }

        // Metal calls its device as the processor is called; llama.cpp takes that name.
        var gpu = new SystemDevice
        {
            Kind = ComputeDeviceKind.IntegratedGpu,
            Name = brand,
            VendorId = Apple,
            KnowsDriver = false,
        };
        return isVirtual
            ? [gpu]
            :
            [
                gpu,
                new SystemDevice
                {
                    Kind = ComputeDeviceKind.Npu,
                    Name = "Apple Neural Engine",
                    VendorId = Apple,
                    KnowsDriver = false,
                },
            ];
    }
}
