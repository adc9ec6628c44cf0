namespace LocalSlm.Placement;

/// <summary>A device that a plan leaves out.</summary>
/// <param name="Attempt">The device and the reason, in words.</param>
/// <param name="Cause">The kind of reason.</param>
/// <param name="Place">When it would have been tried, among <see cref="DeviceWish.Place"/>.</param>
/// <param name="Wish">The device, if it could have been tried.</param>
internal sealed record LeftOut(DeviceAttempt Attempt, LeftOutCause Cause, int Place, DeviceWish? Wish = null);
