using LocalSlm.Gguf.Runtime;
using LocalSlm.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalSlm.Tests.Runtime;

[Collection("native")]
public sealed class DevicePlacementTests
{
    private static readonly ModelFacts s_facts = new()
    {
        Path = "m",
        Runtime = "llama.cpp",
        Architecture = "llama",
        LayerCount = 2,
        WeightBytes = 1 << 20,
        EmbeddingLength = 64,
        TrainedContextTokens = 512,
        VocabularySize = 1000,
    };

    private static readonly ComputeDevice[] s_devices =
    [
        new("Vulkan0", "NVIDIA GeForce RTX 4060", ComputeDeviceKind.Gpu, 8L << 30, 8L << 30) { VendorId = 0x10de },
        new("Vulkan1", "AMD Radeon Graphics", ComputeDeviceKind.IntegratedGpu, 8L << 30, 8L << 30)
        {
            VendorId = 0x1002,
        },
        new("CPU", "AMD Ryzen", ComputeDeviceKind.Cpu, 0, 0),
    ];

    [Theory]
    [InlineData("gpu", "Vulkan0")]
    [InlineData("gpu:0", "Vulkan0")]
    [InlineData("gpu:1", "Vulkan1")]
    [InlineData("igpu", "Vulkan1")]
    [InlineData("gpu:radeon", "Vulkan1")]
    [InlineData("gpu:vulkan1", "Vulkan1")]
    [InlineData("gpu:vendor=amd", "Vulkan1")]
    [InlineData("cpu", "CPU")]
    public void Make_OfOneSelector_TakesThatDevice(string text, string device)
    {
        var load = Make(s_devices, text);

        Assert.Equal(device, load.Candidate.Device.Name);
        Assert.Equal(device == "CPU" ? [] : [device], load.GpuNames);
        Assert.Equal(device == "CPU" ? 0 : 3, load.Options.GpuLayers);
        Assert.Empty(load.Failed);
    }

    [Fact]
    public void Make_WithoutSelectors_TakesTheFirstThatHoldsIt() => Assert.Equal(["Vulkan0"], Make(s_devices).GpuNames);

    [Fact]
    public void Make_OfAbsentDevices_KeepsTheReasons()
    {
        var load = Make(s_devices[2..], "npu", "gpu:1", "CUDAExecutionProvider", "cpu");

        Assert.Empty(load.GpuNames);
        Assert.Equal(["npu", "gpu:1", "CUDAExecutionProvider"], load.Failed.Select(static attempt => attempt.Device));
        Assert.Contains("CPU (Cpu, AMD Ryzen)", load.Failed[0].Reason, StringComparison.Ordinal);
        Assert.Contains("belong to ONNX Runtime", load.Failed[2].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Make_WithoutLayersForTheGpu_SaysSo()
    {
        var options = new ModelLoadOptions { GpuLayers = 0, Devices = { DeviceSelector.Gpu } };
        var error = Assert.Throws<ModelLoadException>(() => LoadPlan.Make(s_facts, options, 2, s_devices, 1L << 33));

        Assert.All(
            error.FailedDevices,
            static attempt => Assert.Contains("GpuLayers is 0", attempt.Reason, StringComparison.Ordinal)
        );
        Assert.Contains("Vulkan0", error.Message, StringComparison.Ordinal);
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

    private static LoadPlan Make(ComputeDevice[] devices, params string[] selectors)
    {
        var options = new ModelLoadOptions();
        foreach (var selector in selectors)
        {
            options.Devices.Add(DeviceSelector.Parse(selector));
        }

        return LoadPlan.Make(s_facts, options, 2, devices, 8L << 30);
    }
}
