namespace LocalSlm.Scheduling;

/// <summary>The sequence whose start can be reused best.</summary>
/// <param name="Slot">The sequence; <see langword="null"/> if none shares anything.</param>
/// <param name="Tokens">How many leading tokens can be reused.</param>
internal readonly record struct PrefixMatch(SequenceSlot? Slot, int Tokens);
