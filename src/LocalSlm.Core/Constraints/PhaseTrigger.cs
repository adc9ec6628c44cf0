namespace LocalSlm.Constraints;

/// <summary>A text that ends a phase of free text. It matches text and the names of control tokens alike, across tokens.</summary>
/// <param name="Text">The text; not empty.</param>
/// <param name="Next">The phase that begins right behind it; <see langword="null"/> if the text must not come at all: the token that
/// would complete it is not allowed.</param>
/// <param name="AtStart">Whether it counts at the start of the phase alone, behind white space at most.</param>
internal sealed record PhaseTrigger(string Text, int? Next, bool AtStart = false);
