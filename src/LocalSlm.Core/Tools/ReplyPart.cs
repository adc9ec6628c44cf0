namespace LocalSlm.Tools;

/// <summary>A part of a reply as a parser tells it apart.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">The text; empty for a call.</param>
/// <param name="Call">The call, complete; <see langword="null"/> for text and reasoning.</param>
internal readonly record struct ReplyPart(ReplyPartKind Kind, string Text, ParsedToolCall? Call = null);
