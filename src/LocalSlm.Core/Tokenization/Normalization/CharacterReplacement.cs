namespace LocalSlm.Tokenization.Normalization;

/// <summary>Puts one character in the place of another: what most vocabularies of SentencePiece's kind do with spaces.</summary>
/// <param name="from">The one that is replaced.</param>
/// <param name="to">The one that is put there.</param>
internal sealed class CharacterReplacement(char from, char to) : ITextNormalizer
{
    /// <inheritdoc/>
    public void Normalize(AlignedText text) => text.Overwrite().Replace(from, to);
}
