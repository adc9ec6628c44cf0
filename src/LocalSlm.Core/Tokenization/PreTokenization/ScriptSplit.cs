using LocalSlm.Tokenization.Unicode;

namespace LocalSlm.Tokenization.PreTokenization;

/// <summary>Splits where the script changes. Spaces go with what stands before them, kana with Han.</summary>
internal sealed class ScriptSplit : IPreTokenizer
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

            // What stands before the first character with a script is in no piece at all (as in Hugging Face tokenizers
            // 0.23).
            var span = text[piece];
            var start = span.Length;
            var last = 0;
            for (var i = 0; i < span.Length; )
            {
                var script = UnicodeData.GetScript(Surrogates.CodePointAt(span, i, out var length));
                if (script != 0 && script != last)
                {
                    text.Add(piece.Start + start, i - start);
                    start = i;
                    last = script;
                }

                i += length;
            }

            text.Add(piece.Start + start, span.Length - start);
        }
    }
}
