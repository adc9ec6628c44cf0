namespace LocalSlm;

/// <summary>What a decoder can do with the model it has loaded.</summary>
public sealed record DecoderCapabilities
{
    /// <summary>Gets the number of logits of one output.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Gets how many sequences there are; they are numbered from 0.</summary>
    public required int SequenceCount { get; init; }

    /// <summary>Gets the most tokens that one sequence holds.</summary>
    public required int SequenceTokens { get; init; }

    /// <summary>Gets the most tokens that all sequences together hold; prefixes shared by
    /// <see cref="PrefixSharing.Shared"/> count once.</summary>
    public required int TotalTokens { get; init; }

    /// <summary>Gets the most tokens in one batch.</summary>
    public required int BatchTokens { get; init; }

    /// <summary>Gets a value indicating whether rows of many tokens may stand beside rows of one, and of many rows of many.</summary>
    public bool MixesPrefillAndDecode { get; init; } = true;

    /// <summary>Gets where a sequence can be cut back.</summary>
    public CutBackSupport CutBack { get; init; } = CutBackSupport.Anywhere;

    /// <summary>Gets how a sequence can take over the start of another.</summary>
    public PrefixSharing PrefixSharing { get; init; } = PrefixSharing.None;

    /// <summary>Gets the layout of the KV memory that is in force.</summary>
    public KvCacheLayout KvCacheLayout { get; init; } = KvCacheLayout.Split;
}
