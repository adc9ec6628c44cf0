using LocalSlm.Onnx.Devices;

namespace LocalSlm.Tests.Devices;

public sealed class DevicePlanTests
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
    public void Make_ByDefault_GoesFromNpuOverGpuToCpuAndLeavesVirtualOnesOut()
    {
        var steps = Plan([s_cpu, s_integrated, s_discrete, s_virtual, s_simulated, s_npu]);

        Assert.Equal([s_npu, s_discrete, s_integrated, s_cpu], steps.Select(static step => step.Device));
    }

    [Fact]
    public void Make_ByDefaultWithTheCpuAlone_NotesNoFailure() =>
        Assert.Equal([new DeviceStep(DeviceSelector.Cpu, s_cpu, null)], Plan([s_cpu]));

    [Theory]
    [InlineData("gpu", "WebGpuExecutionProvider:1 WebGpuExecutionProvider:0")]
    [InlineData("gpu:0", "WebGpuExecutionProvider:1")]
    [InlineData("gpu:1", "WebGpuExecutionProvider:0")]
    [InlineData("igpu", "WebGpuExecutionProvider:0")]
    [InlineData("gpu:780m", "WebGpuExecutionProvider:0")]
    [InlineData("webgpuexecutionprovider:1", "WebGpuExecutionProvider:0")]
    [InlineData("cpu", "CPU")]
    [InlineData("SoftExecutionProvider", "SoftExecutionProvider:0")]
    [InlineData("cpu/SoftExecutionProvider", "SoftExecutionProvider:0")]
    [InlineData("CPUExecutionProvider", "CPU")]
    public void Make_OfASelector_TakesWhatItNames(string selector, string expected)
    {
        var steps = Plan([s_cpu, s_integrated, s_discrete, s_simulated], selector);

        Assert.Equal(expected, string.Join(' ', steps.Select(static step => step.Device!.Name)));
    }

    [Fact]
    public void Make_OfOverlappingSelectors_TriesEachDeviceOnce() =>
        Assert.Equal(
            [s_discrete, s_integrated, s_cpu],
            Plan([s_cpu, s_integrated, s_discrete], "gpu:GeForce", "gpu", "cpu", "cpu")
                .Select(static step => step.Device)
        );

    [Fact]
    public void Make_OfAnAbsentDevice_SaysWhatIsListed()
    {
        var step = Assert.Single(Plan([s_cpu], "npu"));

        Assert.Equal("npu", step.Failure!.Device);
        Assert.StartsWith("No such device is listed. Listed are: CPU (Ryzen).", step.Failure.Reason);
        Assert.DoesNotContain("present", step.Failure.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Make_OfHardwareWithoutAProvider_SaysThatItIsPresent()
    {
        var catalog = new DeviceCatalog([s_cpu], [(ComputeDeviceKind.IntegratedGpu, "Radeon 780M")]);
        var step = Assert.Single(DevicePlan.Make([DeviceSelector.Gpu], catalog));

        Assert.Contains("The hardware is present (Radeon 780M)", step.Failure!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Make_OfAVirtualDevice_SaysThatItIsOne()
    {
        var step = Assert.Single(Plan([s_cpu, s_virtual], "npu"));

        Assert.Equal(new DeviceAttempt("QNNExecutionProvider:0 (Hexagon)", DevicePlan.VirtualReason), step.Failure);
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
        var catalog = new DeviceCatalog([s_cpu, s_virtual], [(ComputeDeviceKind.Npu, "Intel AI Boost")]);
        var devices = DeviceList.Describe(catalog, [new DeviceAttempt("mine", "It is not there.")]);

        Assert.Null(devices[0].Problem);
        Assert.Equal(DevicePlan.VirtualReason, devices[1].Problem);
        Assert.Equal((ComputeDeviceKind.Npu, "Intel AI Boost"), (devices[2].Kind, devices[2].Description));
        Assert.EndsWith("mine: It is not there.", devices[2].Problem);
    }

    private static List<DeviceStep> Plan(ListedDevice[] devices, params string[] selectors) =>
        DevicePlan.Make(selectors.Select(static text => DeviceSelector.Parse(text)), new DeviceCatalog(devices, []));

    private static ListedDevice Device(string provider, int number, ComputeDeviceKind kind, string description) =>
        new()
        {
            Provider = provider,
            Number = number,
            Kind = kind,
            Description = description,
        };
}
