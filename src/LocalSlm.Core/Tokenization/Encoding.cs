namespace LocalSlm.Tokenization;

/// <summary>Tokens with what is known about each.</summary>
internal sealed class Encoding
{
    /// <summary>Gets the token ids.</summary>
    public List<int> Ids { get; } = [];

    /// <summary>Gets, where offsets are wanted, the characters (UTF-16) of the original text that each token was made from.</summary>
    public List<Range> Offsets { get; } = [];

    /// <summary>Gets which of two texts a token belongs to, for models that are told; 0 otherwise.</summary>
    public List<int> TypeIds { get; } = [];

    /// <summary>Gets whether a token was put in by the post-processor.</summary>
    public List<bool> SpecialMask { get; } = [];
}
