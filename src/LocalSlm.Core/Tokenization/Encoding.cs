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

    /// <summary>Gets, where offsets are wanted, what a token was made from if the vocabulary spells it otherwise: added tokens
    /// with the white space that they took in, unknown characters. <see langword="null"/> for all others.</summary>
    public List<string?> Texts { get; } = [];

    /// <summary>Gets whether a token was put in by the post-processor.</summary>
    public List<bool> SpecialMask { get; } = [];

    /// <summary>Takes over what another holds.</summary>
    /// <param name="other">The other, which is not to be used again.</param>
    public void Replace(Encoding other)
    {
        Copy(Ids, other.Ids);
        Copy(Offsets, other.Offsets);
        Copy(TypeIds, other.TypeIds);
        Copy(SpecialMask, other.SpecialMask);
        Copy(Texts, other.Texts);

        static void Copy<T>(List<T> to, List<T> from)
        {
            to.Clear();
            to.AddRange(from);
        }
    }
}
