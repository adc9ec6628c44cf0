using Microsoft.ML.OnnxRuntime;

namespace LocalSlm.Onnx.Devices;

/// <summary>A device as an execution provider lists it.</summary>
internal sealed record ListedDevice
{
    /// <summary>The execution provider that every build of ONNX Runtime has.</summary>
    public const string CpuProvider = "CPUExecutionProvider";

    /// <summary>Gets the execution provider's name.</summary>
    public required string Provider { get; init; }

    /// <summary>Gets its number among the devices of the same provider.</summary>
    public required int Number { get; init; }

    /// <summary>Gets the kind of hardware.</summary>
    public required ComputeDeviceKind Kind { get; init; }

    /// <summary>Gets what the hardware is called.</summary>
    public required string Description { get; init; }

    /// <summary>Gets whether there is no such hardware in this machine: providers list such devices to compile models for others.</summary>
    public bool IsVirtual { get; init; }

    /// <summary>Gets the numbers of the hardware.</summary>
    public HardwareIdentity Identity { get; init; } = HardwareIdentity.Unknown;

    /// <summary>Gets ONNX Runtime's own object; <see langword="null"/> in tests of what is chosen.</summary>
    public OrtEpDevice? Native { get; init; }

    /// <summary>Gets a value indicating whether it is ONNX Runtime's own CPU provider, which needs no appending.</summary>
    public bool IsBuiltInCpu => Provider == CpuProvider;

    /// <summary>Gets the name, which a <see cref="DeviceSelector"/> reads as this very device.</summary>
    public string Name => IsBuiltInCpu ? "CPU" : $"{Provider}:{Number}";

    /// <summary>Gets provider and hardware, for messages.</summary>
    public string Words => Description.Length == 0 || Description == Name ? Name : $"{Name} ({Description})";
}
