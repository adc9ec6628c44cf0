using LocalSlm.Tokenization.Unicode;

namespace LocalSlm.Tokenization.PreTokenization;

/// <summary>Splits into words and runs of other visible characters: <c>\w+|[^\w\s]+</c>.</summary>
internal sealed class WordSplit : IPreTokenizer
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
            var kind = Kind.Space;
            for (var i = 0; i < span.Length; )
            {
                var codePoint = Surrogates.CodePointAt(span, i, out var length);
                var next =
                    Categories.IsWord(codePoint) ? Kind.Word
                    : Categories.IsWhiteSpace(codePoint) ? Kind.Space
                    : Kind.Other;
                if (next != kind)
                {
                    text.Add(piece.Start + start, kind == Kind.Space ? 0 : i - start);
                    start = i;
                    kind = next;
                }

                i += length;
            }

            text.Add(piece.Start + start, kind == Kind.Space ? 0 : span.Length - start);
        }
    }

    private enum Kind
    {
        Space,
        Word,
        Other,
    }
}
