namespace LocalSlm;

/// <summary>Something that happened to a loaded model.</summary>
/// <param name="Time">When.</param>
/// <param name="Kind">What.</param>
/// <param name="Device">The device it is about, in the runtime's words.</param>
/// <param name="Reason">Why, in words.</param>
public sealed record ModelHistoryEntry(DateTimeOffset Time, ModelHistoryKind Kind, string Device, string Reason);
