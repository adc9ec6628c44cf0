namespace LocalSlm.Placement;

/// <summary>A device that may be tried.</summary>
/// <param name="Device">The device.</param>
/// <param name="Because">Why it stands where it stands, in words.</param>
/// <param name="Group">Devices of one group may share the layers.</param>
/// <param name="Place">When it is tried, compared with others.</param>
/// <param name="Selector">What named it.</param>
internal sealed record DeviceWish(ComputeDevice Device, string Because, int Group, int Place, DeviceSelector Selector);
