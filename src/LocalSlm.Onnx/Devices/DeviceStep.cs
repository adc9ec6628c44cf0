namespace LocalSlm.Onnx.Devices;

/// <summary>One thing to do on the way to a device that serves: try a device, or note why there is none to try.</summary>
/// <param name="Selector">What the caller asked for.</param>
/// <param name="Device">The device to try, or <see langword="null"/>.</param>
/// <param name="Failure">Why there is nothing to try, if there is none.</param>
internal sealed record DeviceStep(DeviceSelector Selector, ListedDevice? Device, DeviceAttempt? Failure);
