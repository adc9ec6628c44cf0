using LocalSlm.Gguf.Interop;

namespace LocalSlm.Tests.Interop;

public sealed class NativeMemoryReportTests
{
    // As llama.cpp v0.4.0 wrote them for MiniMind2-Small with four layers on Mesa's software device.
    private static readonly string[] s_lines =
    [
        "load_tensors: offloading output layer to GPU",
        "load_tensors: offloading 3 repeating layers to GPU",
        "load_tensors: offloaded 4/9 layers to GPU",
        "load_tensors:   CPU_Mapped model buffer size =    17.62 MiB",
        "load_tensors:      Vulkan0 model buffer size =    11.90 MiB",
        "llama_context: Vulkan_Host  output buffer size =     0.20 MiB",
        "llama_kv_cache:        CPU KV buffer size =     5.00 MiB",
        "llama_kv_cache:    Vulkan0 KV buffer size =     3.00 MiB",
        "sched_reserve:    Vulkan0 compute buffer size =    14.52 MiB",
        "sched_reserve: Vulkan_Host compute buffer size =     4.01 MiB",
        "sched_reserve:    Vulkan0 compute buffer size =    14.52 MiB",
        "~llama_context:    Vulkan0 compute buffer size is  14.5176 MiB, matches expectation of  14.5176 MiB",
    ];

    [Fact]
    public void ByDevice_OfARealReport_AddsUpDevicesAndMainMemory()
    {
        var report = new NativeMemoryReport();
        Array.ForEach(s_lines, report.Read);

        Assert.Equal(4, report.OffloadedLayers);
        Assert.Equal(
            [
                new DeviceMemory("Vulkan0", Mebibytes(11.90), Mebibytes(3), Mebibytes(14.52)),
                new DeviceMemory("CPU", Mebibytes(17.62), Mebibytes(5), Mebibytes(4.01) + Mebibytes(0.20)),
            ],
            report.ByDevice(["Vulkan0"])
        );
    }

    [Theory]
    [InlineData("Vulkan1", false)]
    [InlineData("Vulkan10", true)]
    [InlineData("Vulkan10_Mapped", true)]
    [InlineData("Vulkan10_Host", false)]
    [InlineData("CPU_REPACK", false)]
    [InlineData("Vulkan_Host", false)]
    public void ByDevice_OfABufferName_FindsItsDevice(string buffer, bool isDevice)
    {
        var report = new NativeMemoryReport();
        report.Read($"load_tensors: {buffer} model buffer size =     1.00 MiB");

        var memory = report.ByDevice(["Vulkan10"]);
        Assert.Equal(isDevice ? "Vulkan10" : "CPU", memory.Single(part => part.TotalBytes > 0).Device);
    }

    [Fact]
    public void Read_OtherAndHostileLines_ChangesNothing()
    {
        var report = new NativeMemoryReport();
        report.Read(new string(' ', 100_000) + "buffer size");
        report.Read("offloaded 99999999999/9 layers to GPU");
        report.Read(": a model buffer size = MiB");

        Assert.True(report.IsEmpty);
        Assert.Null(report.OffloadedLayers);
    }

    private static long Mebibytes(double size) => (long)(size * (1 << 20));
}
