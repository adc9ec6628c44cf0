using LocalSlm.Tokenization.Unicode;

namespace LocalSlm.Tokenization.Normalization;

/// <summary>Puts letters in lower case, each without regard to its neighbours.</summary>
internal sealed class Lowercase : ITextNormalizer
{
    private const char DottedCapitalI = '\u0130';
    private const char DotAbove = '\u0307';

    /// <inheritdoc/>
    public void Normalize(AlignedText text) => Apply(text);

    /// <summary>Puts a text in lower case.</summary>
    /// <param name="text">The text.</param>
    public static void Apply(AlignedText text)
    {
        // The one letter that becomes two.
        if (text.Span.Contains(DottedCapitalI))
        {
            text.BeginChange();
            for (var i = 0; i < text.Length; i++)
            {
                text.Put(text.Span[i] == DottedCapitalI ? 'i' : text.Span[i], i);
                if (text.Span[i] == DottedCapitalI)
                {
                    text.Put(DotAbove, i);
                }
            }

            text.EndChange();
        }

        // No other letter changes its length in UTF-16.
        var span = text.Overwrite();
        for (var i = 0; i < span.Length; i++)
        {
            var c = span[i];
            if (c < 128)
            {
                span[i] = char.IsAsciiLetterUpper(c) ? (char)(c | 0x20) : c;
            }
            else if (!char.IsSurrogate(c))
            {
                span[i] = (char)UnicodeData.ToLower(c);
            }
            else if (char.IsHighSurrogate(c) && i + 1 < span.Length)
            {
                var lower = UnicodeData.ToLower(char.ConvertToUtf32(c, span[i + 1]));
                span[i] = (char)(0xD800 + ((lower - 0x10000) >> 10));
                span[++i] = (char)(0xDC00 + (lower & 0x3FF));
            }
        }
    }
}
