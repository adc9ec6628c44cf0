using LocalSlm.Tokenization.Bpe;

namespace LocalSlm.Tokenization;

/// <summary>What a tokenizer is put together from.</summary>
internal sealed record TokenizerParts
{
    /// <summary>Gets the model with the vocabulary.</summary>
    public required ITokenModel Model { get; init; }

    /// <summary>Gets the tokens that are looked for in text before it is split.</summary>
    public IReadOnlyList<AddedToken> AddedTokens { get; init; } = [];

    /// <summary>Gets what changes text first, if anything does.</summary>
    public ITextNormalizer? Normalizer { get; init; }

    /// <summary>Gets whether the normaliser does nothing but compose characters (NFC), which most text needs not.</summary>
    public bool NormalizesToNfc { get; init; }

    /// <summary>Gets what splits text, if anything does.</summary>
    public IPreTokenizer? PreTokenizer { get; init; }

    /// <summary>Gets what puts special tokens around.</summary>
    public IPostProcessor? PostProcessor { get; init; }

    /// <summary>Gets what makes text of tokens; without one, their names are joined with spaces.</summary>
    public ITokenTextDecoder? Decoder { get; init; }

    /// <summary>Gets whether the decoder reads names as letters that stand for bytes.</summary>
    public bool DecodesByteLetters { get; init; }

    /// <summary>Gets whether the decoder reads names such as <c>&lt;0x0A&gt;</c> as bytes.</summary>
    public bool DecodesByteNames { get; init; }

    /// <summary>Gets what the decoder turns into a space at the end of a word, if it does.</summary>
    public string? WordEndSuffix { get; init; }

    /// <summary>Gets the quick way from text to tokens, where there is one.</summary>
    public ByteLevelEncoder? ByteLevel { get; init; }

    /// <summary>Gets the name of the beginning-of-sequence token, or an empty string.</summary>
    public string BosText { get; init; } = string.Empty;

    /// <summary>Gets the name of the end-of-sequence token, or an empty string.</summary>
    public string EosText { get; init; } = string.Empty;

    /// <summary>Gets the tokens after which generation ends.</summary>
    public IReadOnlyList<int> EndOfGeneration { get; init; } = [];

    /// <summary>Gets the ids that a model has at least; those without an entry are never text.</summary>
    public int LeastIdCount { get; init; }

    /// <summary>Gets where texts are cut, if the file asks for that.</summary>
    public int? TruncationTokens { get; init; }
}
