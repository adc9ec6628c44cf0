using System.Runtime.InteropServices;
using LocalSlm.Hardware;
using LocalSlm.Hardware.Merging;

namespace LocalSlm.Tests.Hardware.Merging;

public sealed class DeviceMergeTests
{
    private const uint Nvidia = 0x10DE;
    private const uint Intel = 0x8086;
    private static readonly Platform s_linux = new(OSPlatform.Linux, Architecture.X64);
    private static readonly ComputeDevice s_cpu = new("CPU", "A processor", ComputeDeviceKind.Cpu, 100, 50);

    [Fact]
    public void Merge_OneCardSeenByThree_IsOneEntry()
    {
        var devices = Merge(
            [Card("0000:01:00.0") with { DriverVersion = "580.65" }],
            Llama(
                s_cpu,
                Gpu("CUDA0", "NVIDIA GeForce RTX 4090", "0000:01:00.0") with
                {
                    TotalMemoryBytes = 24,
                    FreeMemoryBytes = 20,
                }
            ),
            Onnx(
                Ort("CUDAExecutionProvider", 0, pci: "0000:01:00.0"),
                Ort("WebGpuExecutionProvider", 0, pci: "00000000:01:00.0")
            )
        );

        var card = Assert.Single(devices);
        Assert.Equal("NVIDIA GeForce RTX 4090", card.Name);
        Assert.Equal(
            ("NVIDIA", "nvidia", "580.65", "0000:01:00.0"),
            (card.Vendor, card.Driver, card.DriverVersion, card.PciAddress)
        );
        Assert.Equal((24, 20), (card.TotalMemoryBytes, card.FreeMemoryBytes));
        Assert.Equal(
            ["CUDA0", "CUDAExecutionProvider:0", "WebGpuExecutionProvider:0"],
            card.Runtimes.Select(static one => one.Device.Name)
        );
        Assert.Null(card.Problem);
    }

    [Fact]
    public void Merge_TwoEqualCards_StayTwo_WhateverTheOrder()
    {
        SystemDevice[] system = [Card("0000:01:00.0"), Card("0000:02:00.0")];
        var withoutAddress = Onnx(Ort("CUDAExecutionProvider", 0), Ort("CUDAExecutionProvider", 1));
        foreach (
            var llama in (RuntimeReport[])
                [
                    Llama(
                        Gpu("CUDA0", "NVIDIA GeForce RTX 4090", "0000:02:00.0"),
                        Gpu("CUDA1", "NVIDIA GeForce RTX 4090", "0000:01:00.0")
                    ),
                    Llama(
                        Gpu("CUDA0", "NVIDIA GeForce RTX 4090", null),
                        Gpu("CUDA1", "NVIDIA GeForce RTX 4090", "0000:01:00.0")
                    ),
                ]
        )
        {
            var devices = Merge(system, llama, withoutAddress);

            Assert.Equal(["0000:01:00.0", "0000:02:00.0"], devices.Select(static device => device.PciAddress));
            Assert.Equal(["CUDA1", "CUDA0"], devices.Select(static device => device.Runtimes[0].Device.Name));
            Assert.All(devices, static device => Assert.Equal(2, device.Runtimes.Count));
        }
    }

    [Fact]
    public void Merge_AdaptersOfWindows_AreJoinedByLuid()
    {
        SystemDevice[] system =
        [
            new()
            {
                Kind = ComputeDeviceKind.IntegratedGpu,
                Name = "AMD Radeon(TM) 780M",
                VendorId = 0x1002,
                DeviceId = 0x15BF,
                Luid = 7,
            },
            new()
            {
                Kind = ComputeDeviceKind.Gpu,
                Name = "AMD Radeon(TM) 780M",
                VendorId = 0x1002,
                DeviceId = 0x15BF,
                Luid = 9,
            },
        ];
        var devices = Merge(
            system,
            Onnx(Ort("DmlExecutionProvider", 0) with { Luid = 9 }, Ort("DmlExecutionProvider", 1) with { Luid = 7 })
        );

        Assert.Equal(
            ["DmlExecutionProvider:1", "DmlExecutionProvider:0"],
            devices.Select(static device => Assert.Single(device.Runtimes).Device.Name)
        );
    }

    [Theory]
    [InlineData("AMD Radeon 780M Graphics", "AMD Radeon(TM) 780M", 1)]
    [InlineData("AMD Radeon 780M (RADV PHOENIX)", "AMD Radeon(TM) 780M Graphics", 1)]
    [InlineData("AMD Radeon RX 7600", "AMD Radeon RX 7900", 2)]
    public void Merge_WithoutNumbers_ComparesNames(string ofLlama, string ofSystem, int count)
    {
        var devices = Merge(
            [new SystemDevice { Kind = ComputeDeviceKind.Gpu, Name = ofSystem }],
            Llama(Gpu("Vulkan0", ofLlama, null))
        );
        Assert.Equal(count, devices.Count);
    }

    [Fact]
    public void Merge_DriverThatTellsNoNumbers_IsTheOnlyCardOfItsVendor()
    {
        SystemDevice[] system =
        [
            Card("0000:01:00.0"),
            Card("0000:00:02.0") with
            {
                VendorId = Intel,
                DeviceId = 0x7D55,
                Driver = "i915",
            },
        ];
        var devices = Merge(
            system,
            Llama(
                Gpu("Vulkan0", "Intel(R) Graphics (MTL)", null) with
                {
                    Kind = ComputeDeviceKind.IntegratedGpu,
                },
                Gpu("Vulkan1", "NVIDIA GeForce RTX 4060", null)
            )
        );

        Assert.Equal(2, devices.Count);
        Assert.Equal(("NVIDIA GeForce RTX 4060", "0000:01:00.0"), (devices[0].Name, devices[0].PciAddress));
        Assert.Equal(
            (ComputeDeviceKind.IntegratedGpu, "Vulkan0"),
            (devices[1].Kind, devices[1].Runtimes[0].Device.Name)
        );
    }

    [Fact]
    public void Merge_TwoCardsOfAVendorAndOneWithoutNumbers_DoesNotGuess() =>
        Assert.Equal(
            3,
            Merge([Card("0000:01:00.0"), Card("0000:02:00.0")], Llama(Gpu("Vulkan0", "NVIDIA GeForce", null))).Count
        );

    [Fact]
    public void Merge_GpuAndNpuOfOneVendor_AreNeverOne()
    {
        var devices = Merge(
            [
                new SystemDevice
                {
                    Kind = ComputeDeviceKind.Npu,
                    VendorId = Intel,
                    DeviceId = 0x7D1D,
                    Driver = "intel_vpu",
                },
            ],
            Llama(Gpu("Vulkan0", "Intel Arc", null))
        );
        Assert.Equal([ComputeDeviceKind.Npu, ComputeDeviceKind.Gpu], devices.Select(static device => device.Kind));
        Assert.Equal("Intel NPU 0x7d1d", devices[0].Name);
    }

    [Theory]
    [InlineData("llvmpipe (LLVM 15.0.6, 256 bits)")]
    [InlineData("SwiftShader Device (LLVM 10.0.0)")]
    public void Merge_SoftwareDriver_IsMarkedAndNoCard(string name)
    {
        var devices = Merge([Card("0000:01:00.0")], Llama(Gpu("Vulkan0", name, null)));

        Assert.Equal([false, true], devices.Select(static device => device.IsSoftware));
        Assert.Null(devices[1].Problem);
        Assert.NotNull(devices[0].Problem);
    }

    [Fact]
    public void Merge_ProcessorsAndVirtualDevices_AreNoEntries() =>
        Assert.Empty(
            Merge(
                [],
                Llama(s_cpu),
                Onnx(
                    s_cpu,
                    Ort("QNNExecutionProvider", 0) with
                    {
                        Kind = ComputeDeviceKind.Npu,
                        IsVirtual = true,
                        Problem = "virtual",
                    }
                )
            )
        );

    [Fact]
    public void Merge_DeviceThatARuntimeListsWithAProblem_IsDrivenByNone()
    {
        var unserved = Ort("", 0, "0000:01:00.0") with { Provider = null, Problem = "No provider." };
        var device = Assert.Single(Merge([Card("0000:01:00.0")], Onnx(unserved)));

        Assert.Empty(device.Runtimes);
        Assert.Contains("linux-x64-cuda", device.Problem, StringComparison.Ordinal);
        Assert.Equal("NVIDIA GPU 0x2684", device.Name);
    }

    [Theory]
    [InlineData(ComputeDeviceKind.Npu, 0x8086u, "intel_vpu", "Intel.ML.OnnxRuntime.OpenVino")]
    [InlineData(ComputeDeviceKind.Npu, 0x8086u, null, "load the kernel driver intel_vpu")]
    [InlineData(ComputeDeviceKind.Npu, 0x1022u, "amdxdna", "VitisAI")]
    [InlineData(ComputeDeviceKind.Npu, 0x5143u, "qaic", "QNN")]
    [InlineData(ComputeDeviceKind.Npu, null, "rocket", "its vendor's execution provider")]
    [InlineData(ComputeDeviceKind.Gpu, 0x10DEu, "nvidia", "@node-llama-cpp/linux-x64-cuda")]
    [InlineData(ComputeDeviceKind.Gpu, 0x10DEu, null, "No driver of the operating system")]
    [InlineData(ComputeDeviceKind.Gpu, 0x1002u, "amdgpu", "@node-llama-cpp/linux-x64-vulkan")]
    [InlineData(ComputeDeviceKind.IntegratedGpu, null, "panthor", "Vulkan")]
    public void Problem_OfADeviceThatNothingDrives_NamesWhatToAdd(
        ComputeDeviceKind kind,
        uint? vendor,
        string? driver,
        string words
    )
    {
        var device = Assert.Single(
            Merge(
                [
                    new SystemDevice
                    {
                        Kind = kind,
                        VendorId = vendor,
                        Driver = driver,
                    },
                ],
                Llama(s_cpu),
                Onnx(s_cpu)
            )
        );
        Assert.Contains(words, device.Problem, StringComparison.Ordinal);
        Assert.EndsWith(".", device.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Problem_OnOtherSystems_NamesTheirPackages()
    {
        var windows = new Platform(OSPlatform.Windows, Architecture.X64);
        var mac = new Platform(OSPlatform.OSX, Architecture.Arm64);
        Assert.Contains(
            "DirectML",
            DeviceAdvice.Package(ComputeDeviceKind.Gpu, 0x1002, windows),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "Microsoft.ML.OnnxRuntime.QNN",
            DeviceAdvice.Package(ComputeDeviceKind.Npu, 0x5143, windows with { Architecture = Architecture.Arm64 }),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "@node-llama-cpp/mac-arm64-metal",
            DeviceAdvice.Package(ComputeDeviceKind.IntegratedGpu, 0x106B, mac),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Problem_OfADisplayWithoutAnEngine_IsTheSystems()
    {
        var display = Card("0000:01:00.0") with { Problem = "It is a display." };
        Assert.Equal("It is a display.", Assert.Single(Merge([display], Llama(s_cpu))).Problem);
    }

    [Fact]
    public void Problem_WhereARuntimeFailed_SaysSo()
    {
        var failed = new RuntimeReport("llama.cpp", null, [], "The libraries are missing.");
        Assert.Contains(
            "llama.cpp could not be asked",
            Assert.Single(Merge([Card("0000:01:00.0")], failed)).Problem,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("0000:01:00.0", "0000:01:00.0")]
    [InlineData("00000000:C1:00.0", "0000:c1:00.0")]
    [InlineData("01:00.0", "0000:01:00.0")]
    [InlineData("10001:01:00.0", "10001:01:00.0")]
    [InlineData("card0", null)]
    [InlineData("0000:01:00.9", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void PciAddress_OfSpellings_IsOne(string? text, string? address) =>
        Assert.Equal(address, PciAddress.Normalise(text));

    private static IReadOnlyList<HardwareDevice> Merge(SystemDevice[] system, params RuntimeReport[] runtimes) =>
        DeviceMerge.Merge(system, runtimes, s_linux);

    private static SystemDevice Card(string address) =>
        new()
        {
            Kind = ComputeDeviceKind.Gpu,
            VendorId = Nvidia,
            DeviceId = 0x2684,
            Address = address,
            Driver = "nvidia",
        };

    private static RuntimeReport Llama(params ComputeDevice[] devices) => new("llama.cpp", "0.4.0", devices);

    private static RuntimeReport Onnx(params ComputeDevice[] devices) => new("ONNX Runtime", "1.31.1", devices);

    private static ComputeDevice Gpu(string name, string description, string? pci) =>
        new(name, description, ComputeDeviceKind.Gpu, 0, 0) { PciAddress = pci };

    /// <summary>A device in the words of ONNX Runtime's discovery on Linux, which knows numbers only.</summary>
    private static ComputeDevice Ort(string provider, int number, string? pci = null) =>
        new($"{provider}:{number}", "vendor 0x10de GPU, device 0x2684", ComputeDeviceKind.Gpu, 0, 0)
        {
            Provider = provider,
            VendorId = provider == "DmlExecutionProvider" ? 0x1002u : Nvidia,
            DeviceId = provider == "DmlExecutionProvider" ? 0x15BFu : 0x2684u,
            PciAddress = pci,
        };
}
