using System.Text;
using LocalSlm.Tokenization.Bpe;

namespace LocalSlm.Tokenization.PreTokenization;

/// <summary>Splits as GPT-2 does, and writes the pieces in the letters of their UTF-8 bytes.</summary>
/// <param name="addPrefixSpace">Whether a piece that does not begin with a space gets one.</param>
/// <param name="splits">Whether text is split by GPT-2's pattern.</param>
internal sealed class ByteLevel(bool addPrefixSpace, bool splits) : IPreTokenizer
{
    // GPT-2's encoder.py.
    private const string Pattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private static readonly Lazy<IPreTokenizer> Splitter = new(static () =>
        new PatternSplit(TextPattern.Regex(Pattern), DelimiterBehavior.Isolated, invert: false)
    );

    /// <summary>Gets whether a piece that does not begin with a space gets one.</summary>
    public bool AddsPrefixSpace { get; } = addPrefixSpace;

    /// <summary>Gets whether text is split by GPT-2's pattern.</summary>
    public bool Splits { get; } = splits;

    /// <inheritdoc/>
    public void Split(PieceList text)
    {
        if (AddsPrefixSpace)
        {
            AddSpaces(text);
        }

        if (Splits)
        {
            Splitter.Value.Split(text);
        }

        WriteLetters(text);
    }

    private static void AddSpaces(PieceList text)
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

            var start = aligned.NewLength;
            if (text[piece][0] != ' ')
            {
                aligned.Put(' ', piece.Start);
            }

            aligned.Take(piece.Start, piece.Length);
            text.Add(start, aligned.NewLength - start);
        }

        aligned.EndChange();
    }

    private static void WriteLetters(PieceList text)
    {
        var aligned = text.Text;
        aligned.BeginChange();
        Span<byte> bytes = stackalloc byte[4];
        foreach (var piece in text.BeginSplit())
        {
            if (piece.IsToken)
            {
                text.TakeToken(piece);
                continue;
            }

            var start = aligned.NewLength;
            for (var i = piece.Start; i < piece.Start + piece.Length; )
            {
                var codePoint = aligned.CodePointAt(i, out var length);
                if (codePoint < 128)
                {
                    aligned.Put(ByteLetters.Of((byte)codePoint), i++);
                    continue;
                }

                var count = new Rune(codePoint).EncodeToUtf8(bytes);
                foreach (var value in bytes[..count])
                {
                    aligned.Put(ByteLetters.Of(value), i);
                }

                i += length;
            }

            text.Add(start, aligned.NewLength - start);
        }

        aligned.EndChange();
    }
}
