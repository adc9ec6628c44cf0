namespace LocalSlm.Chat;

/// <summary>A prompt that fits the context.</summary>
/// <param name="Spans">Its text.</param>
/// <param name="Tokens">Its token ids.</param>
/// <param name="SlideKeepingTokens">Leading tokens that stay when the context slides, or <see langword="null"/>.</param>
/// <param name="DroppedTurns">Turns that were left out.</param>
/// <param name="DroppedMessages">Messages in them.</param>
internal readonly record struct PreparedPrompt(
    IReadOnlyList<PromptSpan> Spans,
    int[] Tokens,
    int? SlideKeepingTokens,
    int DroppedTurns,
    int DroppedMessages
);
