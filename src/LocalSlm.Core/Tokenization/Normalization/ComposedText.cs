namespace LocalSlm.Tokenization.Normalization;

/// <summary>Tells quickly, for most text, that composing it (NFC) changes nothing.</summary>
internal static class ComposedText
{
    /// <summary>Tells whether a text is certainly in form C already.</summary>
    /// <remarks>Only characters that never combine with what stands before and are never replaced (NFC_Quick_Check=Yes and
    /// combining class 0 in DerivedNormalizationProps.txt, Unicode 16) are let pass, by blocks.</remarks>
    /// <returns><see langword="false"/> if it may change.</returns>
    public static bool IsCertain(ReadOnlySpan<char> text)
    {
        for (var at = 0; ; )
        {
            // Nothing below U+0300 ever changes.
            var offset = text[at..].IndexOfAnyInRange('\u0300', '\uFFFF');
            if (offset < 0)
            {
                return true;
            }

            at += offset;
            while (at < text.Length && text[at] >= '\u0300')
            {
                if (!IsInert(text[at]))
                {
                    return false;
                }

                at++;
            }
        }
    }

    private static bool IsInert(char character) =>
        character
            is (>= '\u4E00' and <= '\u9FFF') // Chinese characters
                or (>= '\u3041' and <= '\u3096') // Hiragana without the voicing marks
                or (>= '\u30A0' and <= '\u30FF') // Katakana
                or (>= '\uAC00' and <= '\uD7A3') // Hangul syllables
                or (>= '\u0400' and <= '\u0482') // Cyrillic without its marks
                or (>= '\u048A' and <= '\u052F')
                or (>= '\u038E' and <= '\u03FF') // Greek
                or (>= '\u05D0' and <= '\u05EA') // Hebrew letters
                or (>= '\u0620' and <= '\u064A') // Arabic letters
                or (>= '\u0660' and <= '\u066F')
                or (>= '\u0671' and <= '\u06D3')
                or (>= '\u0E01' and <= '\u0E37') // Thai without its low marks
                or (>= '\u0E3F' and <= '\u0E47')
                or (>= '\u2010' and <= '\u2027') // punctuation
                or (>= '\u2030' and <= '\u205E')
                or (>= '\u3000' and <= '\u3029')
                or (>= '\uFF01' and <= '\uFFEE'); // full width
}
