namespace LocalSlm.Constraints.Automaton;

/// <summary>The bytes that must follow a state, up to the first choice or the end.</summary>
/// <param name="Bytes">The bytes; empty if there is a choice at once.</param>
/// <param name="Behind">The state behind them.</param>
internal sealed record ForcedText(byte[] Bytes, GrammarState Behind);
