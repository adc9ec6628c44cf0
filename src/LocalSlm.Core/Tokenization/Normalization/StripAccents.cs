using LocalSlm.Tokenization.Unicode;

namespace LocalSlm.Tokenization.Normalization;

/// <summary>Takes out all combining marks, but decomposes nothing.</summary>
internal sealed class StripAccents : ITextNormalizer
{
    /// <inheritdoc/>
    public void Normalize(AlignedText text) => TextFilter.Remove(text, static c => Categories.IsMark(c));
}
