namespace LocalSlm.Tests.Models;

public sealed class DeviceSelectorTests
{
    [Theory]
    [InlineData("cpu", ComputeDeviceKind.Cpu, null, null, null)]
    [InlineData(" GPU ", ComputeDeviceKind.Gpu, null, null, null)]
    [InlineData("npu", ComputeDeviceKind.Npu, null, null, null)]
    [InlineData("igpu", ComputeDeviceKind.IntegratedGpu, null, null, null)]
    [InlineData("gpu:1", ComputeDeviceKind.Gpu, null, 1, null)]
    [InlineData("gpu:Radeon RX 7600", ComputeDeviceKind.Gpu, null, null, "Radeon RX 7600")]
    [InlineData("gpu: a:b ", ComputeDeviceKind.Gpu, null, null, "a:b")]
    [InlineData("WebGpuExecutionProvider", null, "WebGpuExecutionProvider", null, null)]
    [InlineData("CUDAExecutionProvider:0", null, "CUDAExecutionProvider", 0, null)]
    [InlineData("npu/QNNExecutionProvider", ComputeDeviceKind.Npu, "QNNExecutionProvider", null, null)]
    public void Parse_OfText_ReadsEveryPart(
        string text,
        ComputeDeviceKind? kind,
        string? provider,
        int? index,
        string? name
    )
    {
        var selector = DeviceSelector.Parse(text);

        Assert.Equal((kind, provider, index, name), (selector.Kind, selector.Provider, selector.Index, selector.Name));
        var again = DeviceSelector.Parse(selector.ToString());
        Assert.Equal((kind, provider, index, name), (again.Kind, again.Provider, again.Index, again.Name));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("tpu")]
    [InlineData("gpu:")]
    [InlineData(":1")]
    [InlineData("gpu/cpu")]
    [InlineData("gpu/")]
    [InlineData("CUDAExecutionProvider/gpu")]
    [InlineData("AExecutionProvider/BExecutionProvider")]
    public void Parse_OfAnythingElse_SaysWhatIsWanted(string text)
    {
        var error = Assert.Throws<FormatException>(() => DeviceSelector.Parse(text));

        Assert.Contains($"'{text}' names no device", error.Message, StringComparison.Ordinal);
        Assert.False(DeviceSelector.TryParse(text, null, out _));
        Assert.False(DeviceSelector.TryParse(null, null, out _));
    }

    [Fact]
    public void Index_Negative_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            new DeviceSelector { Kind = ComputeDeviceKind.Gpu, Index = -1 }
        );

    [Fact]
    public void FindConflicts_OfSelectors_NamesThem()
    {
        var options = new ModelLoadOptions { GpuLayers = 4, Devices = { DeviceSelector.Cpu } };
        Assert.Contains("GpuLayers is 4, but Devices lists the CPU alone.", options.FindConflicts());

        options.Devices.Add(DeviceSelector.Gpu);
        Assert.Empty(options.FindConflicts());

        options.Devices.Add(new DeviceSelector { Name = "Radeon" });
        Assert.Contains(
            "names neither a kind nor a vendor nor an execution provider",
            Assert.Single(options.FindConflicts())
        );
    }

    [Fact]
    public void Clone_OfOptions_HasAListOfItsOwn()
    {
        var options = new ModelLoadOptions { Devices = { DeviceSelector.Gpu } };
        var copy = options.Clone();
        options.Devices.Clear();

        Assert.Same(DeviceSelector.Gpu, Assert.Single(copy.Devices));
    }
}
