namespace LocalSlm.Embeddings;

/// <summary>The texts of a request as tokens.</summary>
internal sealed record EncodedTexts
{
    /// <summary>Gets the parts, in the order of the texts.</summary>
    public required IReadOnlyList<EmbeddingItem> Items { get; init; }

    /// <summary>Gets the tokens that are computed.</summary>
    public required long Tokens { get; init; }

    /// <summary>Gets, for each text, its tokens before it was cut; empty if none was.</summary>
    public required IReadOnlyDictionary<int, int> FullLengths { get; init; }

    /// <summary>Gets what was done to texts that are too long; <see langword="null"/> if nothing was.</summary>
    public required OverlongReport? Report { get; init; }
}
