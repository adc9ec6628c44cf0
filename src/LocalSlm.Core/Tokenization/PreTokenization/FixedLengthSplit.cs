namespace LocalSlm.Tokenization.PreTokenization;

/// <summary>Splits into pieces of so many code points.</summary>
/// <param name="codePoints">How many, at least 1.</param>
internal sealed class FixedLengthSplit(int codePoints) : IPreTokenizer
{
    /// <inheritdoc/>
    public void Split(PieceList text)
    {
        foreach (var piece in text.BeginSplit())
        {
            if (piece.IsToken)
            {
                text.Add(piece);
                continue;
            }

            var span = text[piece];
            var start = 0;
            var count = 0;
            for (var i = 0; i < span.Length; )
            {
                Surrogates.CodePointAt(span, i, out var length);
                i += length;
                if (++count == codePoints)
                {
                    text.Add(piece.Start + start, i - start);
                    start = i;
                    count = 0;
                }
            }

            text.Add(piece.Start + start, span.Length - start);
        }
    }
}
