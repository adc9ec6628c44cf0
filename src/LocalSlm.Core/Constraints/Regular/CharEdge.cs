namespace LocalSlm.Constraints.Regular;

/// <summary>A transition of a <see cref="CharAutomaton"/>.</summary>
/// <param name="First">The first code point of its range.</param>
/// <param name="Last">The last code point of its range.</param>
/// <param name="Target">The next state.</param>
internal readonly record struct CharEdge(int First, int Last, int Target);
