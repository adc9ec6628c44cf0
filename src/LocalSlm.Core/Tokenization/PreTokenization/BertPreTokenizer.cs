using LocalSlm.Tokenization.Unicode;

namespace LocalSlm.Tokenization.PreTokenization;

/// <summary>Splits at white space, which it leaves out, and makes each punctuation mark a piece.</summary>
internal sealed class BertPreTokenizer : IPreTokenizer
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
            var last = 0;
            for (var i = 0; i < span.Length; )
            {
                var c = span[i];
                var length = 1;
                if (char.IsAsciiLetterOrDigit(c))
                {
                    i++;
                    continue;
                }

                var codePoint = c < 128 ? c : Surrogates.CodePointAt(span, i, out length);
                var isSpace = Categories.IsWhiteSpace(codePoint);
                if (isSpace || Categories.IsPunctuation(codePoint))
                {
                    text.Add(piece.Start + last, i - last);
                    text.Add(piece.Start + i, isSpace ? 0 : length);
                    last = i + length;
                }

                i += length;
            }

            text.Add(piece.Start + last, span.Length - last);
        }
    }
}
