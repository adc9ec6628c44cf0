using LocalSlm.Hardware;
using LocalSlm.Hardware.Linux;

namespace LocalSlm.Tests.Hardware.Linux;

/// <summary>Trees as machines have them: ids from the PCI ID Repository, files as Linux 6.x writes them.</summary>
public sealed class LinuxDevicesTests : IDisposable
{
    private readonly RecordedTree _tree = new();
    private readonly List<string> _problems = [];

    [Fact]
    public void Read_LaptopWithIntegratedGpuAndNpu_FindsBoth()
    {
        // Meteor Lake: 8086:7d55 graphics, 8086:7d1d NPU.
        _tree
            .Pci("pci0000:00/0000:00:02.0", "030000", "8086", "7d55", "i915")
            .Register("drm", "card1", "pci0000:00/0000:00:02.0")
            .Write("sys/class/drm/card1-eDP-1/status", "connected\n")
            .Pci("pci0000:00/0000:00:0b.0", "120000", "8086", "7d1d", "intel_vpu")
            .Register("accel", "accel0", "pci0000:00/0000:00:0b.0")
            .Pci("pci0000:00/0000:00:14.0", "0c0330", "8086", "7e7d", "xhci_hcd");

        var devices = Read();

        Assert.Equal(2, devices.Count);
        Assert.Equal(
            (ComputeDeviceKind.IntegratedGpu, 0x8086u, 0x7D55u, "0000:00:02.0", "i915"),
            (devices[0].Kind, devices[0].VendorId, devices[0].DeviceId, devices[0].Address, devices[0].Driver)
        );
        Assert.Equal(
            (ComputeDeviceKind.Npu, 0x7D1Du, "0000:00:0b.0", "intel_vpu"),
            (devices[1].Kind, devices[1].DeviceId, devices[1].Address, devices[1].Driver)
        );
        Assert.All(devices, device => Assert.Null(device.Problem));
        Assert.Empty(_problems);
    }

    [Fact]
    public void Read_DesktopWithTwoCards_TellsMemoryAndDriverVersion()
    {
        // Radeon RX 7900 XTX behind its bridges; GeForce RTX 4090 with NVIDIA's driver.
        const string Radeon = "pci0000:00/0000:00:01.1/0000:01:00.0/0000:02:00.0/0000:03:00.0";
        _tree
            .Pci(Radeon, "030000", "1002", "744c", "amdgpu")
            .Register("drm", "card0", Radeon)
            .Write($"sys/devices/{Radeon}/mem_info_vram_total", "25753026560\n")
            .Write($"sys/devices/{Radeon}/mem_info_vram_used", "1073741824\n")
            .Pci("pci0000:00/0000:00:03.1/0000:0a:00.0", "030200", "10de", "2684", "nvidia")
            .Write("sys/module/nvidia/version", "580.65.06\n");

        var devices = Read();

        Assert.Equal(["0000:03:00.0", "0000:0a:00.0"], devices.Select(static device => device.Address));
        Assert.Equal((25753026560, 24679284736), (devices[0].TotalMemoryBytes, devices[0].FreeMemoryBytes));
        Assert.Equal(ComputeDeviceKind.Gpu, devices[0].Kind);
        Assert.Equal(
            ("nvidia", "580.65.06", 0L),
            (devices[1].Driver, devices[1].DriverVersion, devices[1].TotalMemoryBytes)
        );

        _tree.Write($"sys/devices/{Radeon}/mem_info_vram_used", "2147483648\n");
        Assert.Equal(23605542912, new LinuxSystemView(_tree.Root).RefreshMemory(devices[0]).FreeMemoryBytes);
    }

    [Fact]
    public void Read_AmdNpuOfAnotherClass_IsFoundByItsDriver()
    {
        // Strix Point: 1022:17f0 calls itself a signal processor.
        _tree
            .Pci("pci0000:00/0000:00:08.2/0000:c5:00.1", "118000", "1022", "17f0", "amdxdna")
            .Register("accel", "accel0", "pci0000:00/0000:00:08.2/0000:c5:00.1");

        var npu = Assert.Single(Read());
        Assert.Equal(
            (ComputeDeviceKind.Npu, 0x1022u, "0000:c5:00.1", "amdxdna"),
            (npu.Kind, npu.VendorId, npu.Address, npu.Driver)
        );
    }

    [Fact]
    public void Read_CardWithoutADriver_IsFoundAllTheSame()
    {
        _tree.Pci("pci0000:00/0000:01:00.0", "030000", "10de", "2684", null);

        var card = Assert.Single(Read());
        Assert.Null(card.Driver);
        Assert.True(card.KnowsDriver);
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000\n", false)]
    [InlineData("1000000000000000000000000000000000000000000000000000000000000000\n", true)]
    public void Read_VirtioDisplay_IsAGpuWhoseFeaturesDecide(string features, bool computes)
    {
        const string Folder = "pci0000:00/0000:00:01.0";
        _tree
            .Pci(Folder, "030000", "1af4", "1050", "virtio-pci")
            .Write($"sys/devices/{Folder}/virtio0/features", features)
            .Write($"sys/devices/{Folder}/virtio0/uevent", "DRIVER=virtio_gpu\n")
            .Register("drm", "card0", $"{Folder}/virtio0");

        var display = Assert.Single(Read());
        Assert.Equal((ComputeDeviceKind.Gpu, "0000:00:01.0"), (display.Kind, display.Address));
        Assert.Equal(computes, display.Problem is null);
    }

    [Fact]
    public void Read_ServersConsole_IsADisplayWithoutAnEngine()
    {
        _tree.Pci("pci0000:00/0000:02:00.0", "030000", "1a03", "2000", "ast");
        Assert.Contains("display", Assert.Single(Read()).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_FramebuffersWithoutHardware_AreLeftOut()
    {
        _tree
            .Write("sys/devices/platform/simple-framebuffer.0/uevent", "DRIVER=simple-framebuffer\n")
            .Register("drm", "card0", "platform/simple-framebuffer.0")
            .Write("sys/devices/platform/vkms/uevent", "DRIVER=vkms\n")
            .Register("drm", "card1", "platform/vkms");
        Assert.Empty(Read());
    }

    [Fact]
    public void Read_SystemOnAChip_FindsGpuAndNpuWithoutNumbers()
    {
        _tree
            .Write(
                "sys/devices/platform/fb000000.gpu/uevent",
                "DRIVER=panthor\nOF_NAME=gpu\nOF_COMPATIBLE_0=rockchip,rk3588-mali\nOF_COMPATIBLE_N=2\n"
            )
            .Register("drm", "card0", "platform/fb000000.gpu")
            .Write(
                "sys/devices/platform/fdab0000.npu/uevent",
                "DRIVER=rocket\nOF_COMPATIBLE_0=rockchip,rk3588-rknn-core\n"
            )
            .Register("accel", "accel0", "platform/fdab0000.npu");

        var devices = Read();
        Assert.Equal(
            [
                (ComputeDeviceKind.IntegratedGpu, "rockchip,rk3588-mali", "panthor"),
                (ComputeDeviceKind.Npu, "rockchip,rk3588-rknn-core", "rocket"),
            ],
            devices.Select(static device => (device.Kind, device.Name, device.Driver))
        );
    }

    [Theory]
    [InlineData("", "", "")]
    [InlineData("0x", "what", "0xzz\n")]
    [InlineData("0x999999999999999999", "0x10de", "-1")]
    public void Read_AbsurdFiles_NeverThrows(string pciClass, string vendor, string memory)
    {
        const string Folder = "sys/bus/pci/devices/0000:00:02.0";
        _tree
            .Write($"{Folder}/class", pciClass)
            .Write($"{Folder}/vendor", vendor)
            .Write($"{Folder}/mem_info_vram_total", memory)
            .Write("sys/bus/pci/devices/nonsense/class", "0x030000")
            .Write("sys/bus/pci/devices/nonsense/uevent", "=\nDRIVER\n\n=x")
            .Link("sys/class/drm/card0/device", "sys/nowhere")
            .Link("sys/class/accel/accel0", "sys/class/accel/accel0");

        Assert.True(Read().Count <= 2);
    }

    [Fact]
    public void Read_UnreadableFile_BecomesAProblem()
    {
        _tree.Pci("pci0000:00/0000:00:02.0", "030000", "8086", "7d55", "i915");
        var file = Path.Combine(_tree.Root, "sys/devices/pci0000:00/0000:00:02.0/vendor");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.None);
        }

        if (CanRead(file))
        {
            Assert.Skip("This user may read files without permissions.");
        }

        Assert.Null(Assert.Single(Read()).VendorId);
        Assert.Contains("vendor", Assert.Single(_problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_WithoutAnything_IsEmpty() => Assert.Empty(Read());

    public void Dispose() => _tree.Dispose();

    private IReadOnlyList<SystemDevice> Read() => new LinuxSystemView(_tree.Root).ReadDevices(_problems);

    private static bool CanRead(string file)
    {
        try
        {
            File.ReadAllText(file);
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }
}
