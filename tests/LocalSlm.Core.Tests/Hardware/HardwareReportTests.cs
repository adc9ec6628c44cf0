using System.Globalization;
using System.Runtime.InteropServices;

namespace LocalSlm.Tests.Hardware;

public sealed class HardwareReportTests
{
    private const long GiB = 1L << 30;

    [Fact]
    public void ToString_OfAReport_IsThisTable()
    {
        var text = Report().ToString();

        Assert.Equal(
            """
            Processor   Ryzen, X64: 8 cores, 16 logical processors, 4 fast cores, control group: 2.5 processors; compute threads 2
                        AVX2, AVX512-VNNI
            Memory      32.0 GiB, 20.5 GiB available; control group: 16.0 GiB, 1.0 GiB used; usable 15.0 GiB; no swap
            Devices
              GPU NVIDIA GeForce RTX 4090, driver nvidia 580.65, 24.0 GiB, 23.0 GiB free, PCI 0000:01:00.0
                - llama.cpp: CUDA0 (NVIDIA GeForce RTX 4090), 24.0 GiB, 23.0 GiB free
              NPU Intel NPU 0x7d1d, driver intel_vpu
                - not used: No runtime drives it: add one.
            Runtimes
              llama.cpp 0.4.0: CUDA0
                - It was asked in a process of its own.
              ONNX Runtime: The library is missing. Add it.
            Problems
              /sys/x could not be read: no.
            """.ReplaceLineEndings("\n"),
            text
        );
    }

    [Fact]
    public void ToString_InAnyCulture_IsTheSame()
    {
        var expected = Report().ToString();
        var culture = CultureInfo.CurrentCulture;
        try
        {
            var foreign = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            foreign.NumberFormat.NumberDecimalSeparator = ",";
            CultureInfo.CurrentCulture = foreign;
            Assert.Equal(expected, Report().ToString());
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Fact]
    public void ToString_OfAMachineWithoutDevices_SaysSo()
    {
        var report = Report() with { Devices = [], Runtimes = [], Problems = [] };
        Assert.Contains("Devices     no graphics or neural processor\n", report.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("Runtimes    none was asked", report.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ToString_OfItsParts_IsOneLineWithoutTypeNames()
    {
        var report = Report();
        string[] lines =
        [
            report.Processor.ToString(),
            report.Devices[0].ToString(),
            report.Devices[0].Runtimes[0].ToString(),
            report.Runtimes[1].ToString(),
        ];
        Assert.All(lines, line => Assert.DoesNotContain("System.", line, StringComparison.Ordinal));
        Assert.All(lines, line => Assert.DoesNotContain('\n', line));
    }

    private static HardwareReport Report()
    {
        var cuda = new ComputeDevice("CUDA0", "NVIDIA GeForce RTX 4090", ComputeDeviceKind.Gpu, 24 * GiB, 23 * GiB);
        return new HardwareReport
        {
            Processor = new ProcessorInfo
            {
                Name = "Ryzen",
                Architecture = Architecture.X64,
                InstructionSets = ["AVX2", "AVX512-VNNI"],
                PhysicalCores = 8,
                LogicalProcessors = 16,
                PerformanceCores = 4,
                CgroupQuota = 2.5,
                ComputeThreads = 2,
            },
            Memory = new MemoryInfo
            {
                TotalBytes = 32 * GiB,
                AvailableBytes = (20 * GiB) + (GiB / 2),
                CgroupLimitBytes = 16 * GiB,
                CgroupUsedBytes = GiB,
            },
            Devices =
            [
                new HardwareDevice
                {
                    Kind = ComputeDeviceKind.Gpu,
                    Name = "NVIDIA GeForce RTX 4090",
                    Vendor = "NVIDIA",
                    Driver = "nvidia",
                    DriverVersion = "580.65",
                    PciAddress = "0000:01:00.0",
                    TotalMemoryBytes = 24 * GiB,
                    FreeMemoryBytes = 23 * GiB,
                    Runtimes = [new RuntimeDevice("llama.cpp", cuda)],
                },
                new HardwareDevice
                {
                    Kind = ComputeDeviceKind.Npu,
                    Name = "Intel NPU 0x7d1d",
                    Vendor = "Intel",
                    Driver = "intel_vpu",
                    Problem = "No runtime drives it: add one.",
                },
            ],
            Runtimes =
            [
                new RuntimeReport("llama.cpp", "0.4.0", [cuda]) { Notes = ["It was asked in a process of its own."] },
                new RuntimeReport("ONNX Runtime", null, [], "The library is missing.\n  Add it."),
            ],
            Problems = ["/sys/x could not be read: no."],
            ProbedAt = DateTimeOffset.UnixEpoch,
        };
    }
}
