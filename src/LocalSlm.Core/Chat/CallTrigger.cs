using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Chat;

/// <summary>A text that begins a call in free text, with the grammar of the rest ready to be compiled.</summary>
/// <param name="Text">The text.</param>
/// <param name="Rest">What follows it.</param>
/// <param name="AtStart">Whether it counts at the start of the reply alone.</param>
internal sealed record CallTrigger(string Text, GrammarSource Rest, bool AtStart);
