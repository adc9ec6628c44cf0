namespace LocalSlm.Tokenization.Normalization;

/// <summary>Normalisers one after the other.</summary>
/// <param name="parts">The normalisers.</param>
internal sealed class NormalizerSequence(IReadOnlyList<ITextNormalizer> parts) : ITextNormalizer
{
    /// <summary>Gets the normalisers.</summary>
    public IReadOnlyList<ITextNormalizer> Parts { get; } = parts;

    /// <inheritdoc/>
    public void Normalize(AlignedText text)
    {
        foreach (var part in Parts)
        {
            part.Normalize(text);
        }
    }
}
