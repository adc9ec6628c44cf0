namespace LocalSlm.Tokenization.Bpe;

/// <summary>How a byte-pair vocabulary is used, as tokenizer.json names it.</summary>
internal sealed record BpeOptions
{
    /// <summary>Gets the token for characters that the vocabulary lacks; without one they are dropped.</summary>
    public string? UnknownToken { get; init; }

    /// <summary>Gets what stands before every symbol but the first of a piece.</summary>
    public string ContinuingPrefix { get; init; } = string.Empty;

    /// <summary>Gets what stands behind the last symbol of a piece.</summary>
    public string EndOfWordSuffix { get; init; } = string.Empty;

    /// <summary>Gets whether unknown characters that follow each other become one token.</summary>
    public bool FusesUnknown { get; init; }

    /// <summary>Gets whether unknown characters are spelled in tokens named <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c>.</summary>
    public bool FallsBackToBytes { get; init; }

    /// <summary>Gets whether a piece that is an entry as a whole is taken as such, merges or not.</summary>
    public bool IgnoresMerges { get; init; }
}
