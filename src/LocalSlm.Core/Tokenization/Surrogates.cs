namespace LocalSlm.Tokenization;

/// <summary>UTF-16's surrogates: code points out of characters.</summary>
internal static class Surrogates
{
    /// <summary>Puts U+FFFD in the place of each surrogate that is not half of a pair.</summary>
    /// <param name="text">The text.</param>
    public static void ReplaceLone(Span<char> text)
    {
        for (var i = 0; i < text.Length; )
        {
            var next = text[i..].IndexOfAnyInRange('\uD800', '\uDFFF');
            if (next < 0)
            {
                return;
            }

            i += next;
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i += 2;
            }
            else
            {
                text[i++] = '\uFFFD';
            }
        }
    }

    /// <summary>Gets the code point that begins at a place.</summary>
    /// <param name="text">The text.</param>
    /// <param name="index">The place.</param>
    /// <param name="length">How many characters it takes: 1 or 2.</param>
    /// <returns>The code point; U+FFFD for a surrogate that is not half of a pair.</returns>
    public static int CodePointAt(ReadOnlySpan<char> text, int index, out int length)
    {
        var c = text[index];
        length = 1;
        if (!char.IsSurrogate(c))
        {
            return c;
        }

        if (char.IsHighSurrogate(c) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]))
        {
            length = 2;
            return char.ConvertToUtf32(c, text[index + 1]);
        }

        return 0xFFFD;
    }
}
