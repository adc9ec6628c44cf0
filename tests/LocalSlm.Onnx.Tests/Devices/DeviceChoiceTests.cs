using LocalSlm.Onnx.Devices;

namespace LocalSlm.Tests.Devices;

public sealed class DeviceChoiceTests
{
    private static readonly ListedDevice s_cpu = Device(ListedDevice.CpuProvider, 0, ComputeDeviceKind.Cpu, "Ryzen");
    private static readonly ListedDevice s_integrated = Device(
        "WebGpuExecutionProvider",
        0,
        ComputeDeviceKind.IntegratedGpu,
        "Radeon 780M"
    );
    private static readonly ListedDevice s_discrete = Device(
        "WebGpuExecutionProvider",
        1,
        ComputeDeviceKind.Gpu,
        "GeForce"
    );
    private static readonly ListedDevice s_npu = Device("VitisAIExecutionProvider", 0, ComputeDeviceKind.Npu, "XDNA");
    private static readonly ListedDevice s_simulated = Device(
        "SoftExecutionProvider",
        0,
        ComputeDeviceKind.Cpu,
        "Ryzen"
    );
    private static readonly ListedDevice s_virtual = Device(
        "QNNExecutionProvider",
        0,
        ComputeDeviceKind.Npu,
        "Hexagon"
    ) with
    {
        IsVirtual = true,
    };

    [Fact]
    public void Find_WithoutASelector_TakesTheCpu() =>
        Assert.Equal(s_cpu, DeviceChoice.Find("x", [], new DeviceCatalog([s_npu, s_discrete, s_cpu], [])).Device);

    [Theory]
    [InlineData("gpu", "WebGpuExecutionProvider:1")]
    [InlineData("gpu:0", "WebGpuExecutionProvider:1")]
    [InlineData("gpu:1", "WebGpuExecutionProvider:0")]
    [InlineData("igpu", "WebGpuExecutionProvider:0")]
    [InlineData("gpu:780m", "WebGpuExecutionProvider:0")]
    [InlineData("webgpuexecutionprovider:1", "WebGpuExecutionProvider:0")]
    [InlineData("cpu", "CPU")]
    [InlineData("SoftExecutionProvider", "SoftExecutionProvider:0")]
    [InlineData("cpu/SoftExecutionProvider", "SoftExecutionProvider:0")]
    [InlineData("CPUExecutionProvider", "CPU")]
    public void Find_OfASelector_TakesWhatItNames(string selector, string expected) =>
        Assert.Equal(expected, Find([s_cpu, s_integrated, s_discrete, s_simulated], selector).Name);

    /// <summary>The selector of a planned device is that device again, whatever stands beside it.</summary>
    [Fact]
    public void Find_OfAListedDevice_TakesThatOne()
    {
        ListedDevice[] devices = [s_cpu, s_integrated, s_discrete, s_npu, s_simulated];
        var catalog = new DeviceCatalog(devices, []);
        foreach (var (described, device) in DeviceList.Describe(catalog, []).Zip(devices))
        {
            Assert.Equal(device, DeviceChoice.Find("x", [DeviceSelector.Of(described)], catalog).Device);
        }
    }

    [Fact]
    public void Find_OfAnAbsentDevice_SaysWhatIsListed() =>
        Assert.Equal(
            new DeviceAttempt("npu", "No such device is listed. Listed are: CPU (Ryzen)."),
            Refusal([s_cpu], "npu")
        );

    [Fact]
    public void Find_OfAVirtualDevice_SaysThatItIsOne() =>
        Assert.Equal(
            new DeviceAttempt("QNNExecutionProvider:0", DeviceChoice.VirtualReason),
            Refusal([s_cpu, s_virtual], "npu")
        );

    [Fact]
    public void Find_OfSeveral_IsRefused()
    {
        var error = Assert.Throws<ModelLoadException>(() =>
            DeviceChoice.Find("x", [DeviceSelector.Npu, DeviceSelector.Cpu], new DeviceCatalog([s_cpu], []))
        );
        Assert.Contains("2 are given: npu, cpu", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("is_virtual", "1", true)]
    [InlineData("IsVirtual", "true", true)]
    [InlineData("is_virtual", "0", false)]
    [InlineData("Discrete", "1", false)]
    public void IsVirtual_OfMetadata_KnowsBothSpellings(string key, string value, bool expected) =>
        Assert.Equal(expected, DeviceCatalog.IsVirtual(new Dictionary<string, string> { [key] = value }));

    [Fact]
    public void Describe_OfHardwareWithoutAProvider_TellsWhatToDo()
    {
        var catalog = new DeviceCatalog([s_cpu, s_virtual], [new(ComputeDeviceKind.Npu, "Intel AI Boost")]);
        var devices = DeviceList.Describe(catalog, [new DeviceAttempt("mine", "It is not there.")]);

        Assert.Null(devices[0].Problem);
        Assert.Equal(DeviceChoice.VirtualReason, devices[1].Problem);
        Assert.Equal((ComputeDeviceKind.Npu, "Intel AI Boost"), (devices[2].Kind, devices[2].Description));
        Assert.EndsWith("mine: It is not there.", devices[2].Problem);
    }

    /// <summary>Metadata as ONNX Runtime 1.31.1's discovery writes it on Linux and on Windows; 0 is an unknown number.</summary>
    [Fact]
    public void HardwareIdentity_OfMetadata_HasAddressAndAdapter()
    {
        var linux = HardwareIdentity.Read(
            0x10DE,
            0x2684,
            new Dictionary<string, string> { ["pci_bus_id"] = "0000:01:00.0", ["card_idx"] = "1" }
        );
        var windows = HardwareIdentity.Read(0, 0, new Dictionary<string, string> { ["LUID"] = "74012" });

        Assert.Equal(
            (0x10DEu, 0x2684u, "0000:01:00.0", null),
            (linux.VendorId, linux.DeviceId, linux.PciAddress, linux.Luid)
        );
        Assert.Equal(
            (null, null, null, 74012ul),
            (windows.VendorId, windows.DeviceId, windows.PciAddress, windows.Luid)
        );
    }

    private static ListedDevice Find(ListedDevice[] devices, string selector) =>
        DeviceChoice.Find("x", [DeviceSelector.Parse(selector)], new DeviceCatalog(devices, [])).Device;

    private static DeviceAttempt Refusal(ListedDevice[] devices, string selector) =>
        Assert.Single(Assert.Throws<ModelLoadException>(() => Find(devices, selector)).FailedDevices);

    private static ListedDevice Device(string provider, int number, ComputeDeviceKind kind, string description) =>
        new()
        {
            Provider = provider,
            Number = number,
            Kind = kind,
            Description = description,
        };
}
