namespace LocalSlm.Tokenization.Normalization;

/// <summary>SentencePiece's clean-up for translation models: some controls are removed, other spaces become spaces.</summary>
internal sealed class Nmt : ITextNormalizer
{
    /// <inheritdoc/>
    public void Normalize(AlignedText text)
    {
        TextFilter.Remove(
            text,
            static c => c is (>= 1 and <= 8) or 0xB or (>= 0xE and <= 0x1F) or 0x7F or 0x8F or 0x9F
        );
        foreach (ref var c in text.Overwrite())
        {
            c = c
                is '\t'
                    or '\n'
                    or '\f'
                    or '\r'
                    or '\u1680'
                    or (>= '\u200B' and <= '\u200F')
                    or '\u2028'
                    or '\u2029'
                    or '\u2581'
                    or '\uFEFF'
                    or '\uFFFD'
                ? ' '
                : c;
        }
    }
}
