namespace LocalSlm.Tokenization.PreTokenization;

/// <summary>Splits at what a pattern matches.</summary>
/// <param name="pattern">The pattern.</param>
/// <param name="behavior">What becomes of delimiters.</param>
/// <param name="invert">Whether what the pattern does not match are the delimiters.</param>
internal sealed class PatternSplit(ITextPattern pattern, DelimiterBehavior behavior, bool invert) : IPreTokenizer
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
            using PatternMatches matches = new(pattern, span);
            var last = 0;
            while (matches.MoveNext())
            {
                if (last != matches.Start)
                {
                    cutter.Next(last, matches.Start, invert);
                }

                cutter.Next(matches.Start, matches.End, !invert);
                last = matches.End;
            }

            if (last < span.Length)
            {
                cutter.Next(last, span.Length, invert);
            }

            cutter.End();
        }
    }
}
