namespace LocalSlm.Testing;

/// <summary>What a <see cref="FakeDecoder"/> pretends to be.</summary>
public sealed record FakeDecoderOptions
{
    public int SequenceCount { get; init; } = 8;

    public int SequenceTokens { get; init; } = 512;

    public int TotalTokens { get; init; } = 4096;

    public int BatchTokens { get; init; } = 128;

    public bool Mixes { get; init; } = true;

    public CutBackSupport CutBack { get; init; } = CutBackSupport.Anywhere;

    public PrefixSharing Sharing { get; init; } = PrefixSharing.Shared;

    /// <summary>For <see cref="CutBackSupport.Sometimes"/>: how many of the last tokens may be cut off.</summary>
    public int CutBackWindow { get; init; } = 32;

    /// <summary>How rarely the model ends its reply; 0 for never.</summary>
    public int EndEvery { get; init; } = 60;
}
