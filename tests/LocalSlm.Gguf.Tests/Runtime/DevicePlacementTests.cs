using LocalSlm.Gguf.Runtime;
using LocalSlm.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalSlm.Tests.Runtime;

[Collection("native")]
public sealed class DevicePlacementTests
{
    private static readonly ComputeDevice[] s_devices =
    [
        new("Vulkan0", "NVIDIA GeForce RTX 4060", ComputeDeviceKind.Gpu, 0, 0),
        new("Vulkan1", "AMD Radeon Graphics", ComputeDeviceKind.IntegratedGpu, 0, 0),
        new("CPU", "AMD Ryzen", ComputeDeviceKind.Cpu, 0, 0),
    ];

    [Theory]
    [InlineData("gpu", null, null, false)]
    [InlineData("gpu:0", null, 0, false)]
    [InlineData("gpu:1", null, 1, false)]
    [InlineData("igpu", null, 1, false)]
    [InlineData("gpu:radeon", null, 1, false)]
    [InlineData("gpu:vulkan1", null, 1, false)]
    [InlineData("cpu", 0, null, true)]
    public void Choose_OfOneSelector_TakesThatDevice(string text, int? layers, int? index, bool cpuOnly)
    {
        var placement = Choose(s_devices, text);

        Assert.Equal((layers, index, cpuOnly), (placement.GpuLayers, placement.DeviceIndex, placement.CpuOnly));
        Assert.Empty(placement.Failed);
    }

    [Fact]
    public void Choose_WithoutSelectors_AsksForNoList()
    {
        var options = new ModelLoadOptions { GpuLayers = 3 };
        var placement = DevicePlacement.Choose("m", options, () => throw new InvalidOperationException());

        Assert.Equal((3, null, false), (placement.GpuLayers, placement.DeviceIndex, placement.CpuOnly));
    }

    [Fact]
    public void Choose_OfAbsentDevices_KeepsTheReasons()
    {
        var placement = Choose(s_devices[2..], "npu", "gpu:1", "CUDAExecutionProvider", "cpu");

        Assert.True(placement.CpuOnly);
        Assert.Equal(
            ["npu", "gpu:1", "CUDAExecutionProvider"],
            placement.Failed.Select(static attempt => attempt.Device)
        );
        Assert.Contains("CPU (Cpu, AMD Ryzen)", placement.Failed[0].Reason, StringComparison.Ordinal);
        Assert.Contains("llama.cpp has none", placement.Failed[2].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Choose_WithoutLayersForTheGpu_SaysSo()
    {
        var options = new ModelLoadOptions { GpuLayers = 0, Devices = { DeviceSelector.Gpu } };
        var error = Assert.Throws<ModelLoadException>(() => DevicePlacement.Choose("m", options, () => s_devices));

        Assert.Contains("GpuLayers is 0", Assert.Single(error.FailedDevices).Reason, StringComparison.Ordinal);
        Assert.Contains("gpu: GpuLayers is 0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_OnTheCpuByName_ReportsWhatWasAskedForBefore()
    {
        var options = new ModelLoadOptions
        {
            ContextTokens = 256,
            Devices = { DeviceSelector.Parse("npu:none"), DeviceSelector.Cpu },
        };
        await using var model = await LocalModel.LoadAsync(LoadedModels.Runtime, TestAssets.MiniMindPath, options);

        Assert.Equal(("CPU", 0), (model.Info.Device, model.Info.GpuLayers));
        Assert.Equal("npu:none", Assert.Single(model.Info.FailedDevices).Device);
    }

    [Fact]
    public async Task OpenAsync_OnADeviceThatIsNotThere_IsRefused()
    {
        var options = new ModelLoadOptions { ContextTokens = 256, Devices = { DeviceSelector.Parse("gpu:no such") } };
        var error = await Assert.ThrowsAsync<ModelLoadException>(() =>
            LoadedModels.Runtime.OpenAsync(TestAssets.MiniMindPath, options, NullLoggerFactory.Instance, null, default)
        );

        Assert.Contains(
            "No such device is listed",
            Assert.Single(error.FailedDevices).Reason,
            StringComparison.Ordinal
        );
    }

    private static DevicePlacement Choose(ComputeDevice[] devices, params string[] selectors)
    {
        var options = new ModelLoadOptions();
        foreach (var selector in selectors)
        {
            options.Devices.Add(DeviceSelector.Parse(selector));
        }

        return DevicePlacement.Choose("m", options, () => devices);
    }
}
