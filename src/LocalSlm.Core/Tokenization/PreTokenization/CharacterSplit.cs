namespace LocalSlm.Tokenization.PreTokenization;

/// <summary>Splits at characters of a kind.</summary>
/// <param name="isDelimiter">Whether a code point is a delimiter.</param>
/// <param name="behavior">What becomes of delimiters.</param>
internal sealed class CharacterSplit(Func<int, bool> isDelimiter, DelimiterBehavior behavior) : IPreTokenizer
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
            PieceCutter cutter = new(text, behavior, piece.Start);
            var last = 0;
            for (var i = 0; i < span.Length; )
            {
                var found = isDelimiter(Surrogates.CodePointAt(span, i, out var length));
                if (found)
                {
                    if (last < i)
                    {
                        cutter.Next(last, i, false);
                    }

                    cutter.Next(i, i + length, true);
                    last = i + length;
                }

                i += length;
            }

            if (last < span.Length)
            {
                cutter.Next(last, span.Length, false);
            }

            cutter.End();
        }
    }
}
