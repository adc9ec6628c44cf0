namespace LocalSlm.Tests.TinyOnnx;

/// <summary>What a tiny random decoder is like. The same description gives the same weights.</summary>
internal sealed record TinyDecoder
{
    public const int Vocabulary = 272;
    public const int Hidden = 64;
    public const int HeadSize = 16;
    public const int Context = 512;

    public required string Name { get; init; }

    /// <summary>Gets whether attention is GroupQueryAttention over one buffer, else plain operators that copy.</summary>
    public bool Grouped { get; init; }

    /// <summary>Gets the layers' numbers, with the key and value heads of each; 0 for a convolution with a state.</summary>
    public IReadOnlyList<(int Layer, int Heads)> Layers { get; init; } = [(0, 2), (1, 2)];

    /// <summary>Gets the type of cached keys and values.</summary>
    public int KvType { get; init; } = TinyGraph.Float;

    /// <summary>Gets the type of the logits.</summary>
    public int LogitType { get; init; } = TinyGraph.Float;

    /// <summary>Gets the type of ids, mask and positions.</summary>
    public int IntegerType { get; init; } = TinyGraph.Int64;

    /// <summary>Gets whether the graph takes positions.</summary>
    public bool TakesPositions { get; init; }

    /// <summary>Gets whether logits come for the last token alone.</summary>
    public bool LastLogitsOnly { get; init; }

    /// <summary>Gets the length that cached keys and values are fixed to; 0 for any.</summary>
    public int FixedTokens { get; init; }

    /// <summary>Gets whether the batch is fixed to one.</summary>
    public bool FixesBatch { get; init; }

    /// <summary>Gets whether the width of cached heads is open in the graph.</summary>
    public bool LeavesHeadSizeOpen { get; init; }

    /// <summary>Gets the sliding window of attention; -1 for none.</summary>
    public int Window { get; init; } = -1;

    public override string ToString() => Name;
}
