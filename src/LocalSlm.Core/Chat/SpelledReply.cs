namespace LocalSlm.Chat;

/// <summary>A reply with the tokens that spell it.</summary>
/// <param name="Tokens">The tokens.</param>
/// <param name="Spans">The text: control tokens by their names in control spans, all else in text spans.</param>
internal sealed record SpelledReply(IReadOnlyList<int> Tokens, IReadOnlyList<PromptSpan> Spans);
