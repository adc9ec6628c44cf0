namespace LocalSlm.Onnx.Devices;

/// <summary>Hardware that no execution provider serves.</summary>
/// <param name="Kind">The kind of hardware.</param>
/// <param name="Words">What it is called.</param>
internal sealed record UnservedHardware(ComputeDeviceKind Kind, string Words)
{
    /// <summary>Gets its numbers.</summary>
    public HardwareIdentity Identity { get; init; } = HardwareIdentity.Unknown;
}
