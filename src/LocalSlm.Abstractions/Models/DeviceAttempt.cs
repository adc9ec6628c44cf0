namespace LocalSlm;

/// <summary>A device that was tried for a model and did not serve it.</summary>
/// <param name="Device">The device and its execution provider, in the runtime's words.</param>
/// <param name="Reason">Why not, with what to do about it where that is known.</param>
public sealed record DeviceAttempt(string Device, string Reason);
