namespace LocalSlm.Tests.Devices;

/// <summary>llama.cpp's Vulkan backend on a software driver, a GPU that any machine has, each time in a process of its own.</summary>
[Collection("native")]
public sealed class VulkanDeviceTests
{
    [Fact]
    public async Task ListDevices_SoftwareDeviceMadeVisible_ListsAGpuWithMemory()
    {
        var run = await ProbeRun.StartOnVulkanAsync("0", "devices");

        Assert.Equal(("", 0), (run.Errors.Trim(), run.ExitCode));
        var gpu = Assert.Single(
            run.Output.Split('\n'),
            line =>
                line.StartsWith("Vulkan0 | Gpu", StringComparison.Ordinal)
                || line.StartsWith("Vulkan0 | IntegratedGpu", StringComparison.Ordinal)
        );
        Assert.True(int.Parse(gpu.Split(" | ")[3]) > 0, gpu);
    }

    [Fact]
    public async Task ListDevices_NoDeviceVisible_ListsTheProcessorAlone()
    {
        var run = await ProbeRun.StartOnVulkanAsync(null, "devices");

        Assert.Equal(0, run.ExitCode);
        Assert.All(
            run.Output.Trim().Split('\n'),
            line => Assert.False(line.StartsWith("Vulkan", StringComparison.Ordinal) && line.Contains("llvmpipe"), line)
        );
        Assert.Contains("CPU | Cpu", run.Output, StringComparison.Ordinal);
    }
}
