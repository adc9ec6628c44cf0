namespace LocalSlm.Tokenization.PreTokenization;

/// <summary>Puts a visible character in the place of spaces, as SentencePiece does.</summary>
/// <param name="replacement">The character, usually U+2581; a code point.</param>
/// <param name="scheme">Where the character is put before a text that does not begin with it.</param>
/// <param name="split">Whether text is split before each of these characters.</param>
internal sealed class Metaspace(int replacement, PrependScheme scheme, bool split) : IPreTokenizer
{
    private readonly string _replacement = char.ConvertFromUtf32(replacement);

    /// <inheritdoc/>
    public void Split(PieceList text)
    {
        var aligned = text.Text;
        aligned.BeginChange();
        foreach (var piece in text.BeginSplit())
        {
            if (piece.IsToken)
            {
                text.TakeToken(piece);
                continue;
            }

            var span = text[piece];
            var start = aligned.NewLength;
            if (
                span[0] != ' '
                && !span.StartsWith(_replacement)
                && (
                    scheme == PrependScheme.Always
                    || (scheme == PrependScheme.First && aligned.IsAtOriginalStart(piece.Start))
                )
            )
            {
                aligned.Put(_replacement, piece.Start);
            }

            // A piece begins at each of these characters, but for those that stand side by side: of them all but the last
            // are pieces by themselves.
            var begin = start;
            for (var i = 0; i < span.Length; )
            {
                var isSpace = span[i] == ' ';
                if (isSpace || span[i..].StartsWith(_replacement))
                {
                    if (split)
                    {
                        text.Add(begin, aligned.NewLength - begin);
                        begin = aligned.NewLength;
                    }

                    aligned.Put(_replacement, piece.Start + i);
                    i += isSpace ? 1 : _replacement.Length;
                    continue;
                }

                var rest = span[i..];
                var run = rest.IndexOfAny(' ', _replacement[0]);
                run = run < 0 ? rest.Length : Math.Max(run, 1);
                aligned.Take(piece.Start + i, run);
                i += run;
            }

            text.Add(begin, aligned.NewLength - begin);
        }

        aligned.EndChange();
    }
}
