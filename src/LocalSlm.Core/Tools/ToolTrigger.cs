using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Tools;

/// <summary>A text that begins a call in free text.</summary>
/// <param name="Text">The text, or the name of a control token.</param>
/// <param name="Rest">What follows it, up to the call's end, further calls included where they stand in the same block.</param>
/// <param name="AtStart">Whether it counts at the start of the reply alone.</param>
internal sealed record ToolTrigger(string Text, GrammarNode Rest, bool AtStart = false);
