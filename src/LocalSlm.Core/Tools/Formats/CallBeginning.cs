namespace LocalSlm.Tools;

/// <summary>A text by which a model begins a call of its own accord.</summary>
/// <param name="Trigger">The text.</param>
/// <param name="Rest">What follows it, up to the tool's name.</param>
/// <param name="AtStart">Whether it counts at the start of the reply alone.</param>
internal sealed record CallBeginning(string Trigger, string Rest, bool AtStart = false);
