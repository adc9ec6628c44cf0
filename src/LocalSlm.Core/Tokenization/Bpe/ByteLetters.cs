namespace LocalSlm.Tokenization.Bpe;

/// <summary>The letters that byte-level vocabularies write bytes with, so that every byte is a visible character (from GPT-2's
/// encoder.py, 2019): printable Latin-1 stands for itself, all else for U+0100 and on, in order.</summary>
internal static class ByteLetters
{
    private static readonly char[] Letters = Build();
    private static readonly short[] Bytes = Invert(Letters);

    /// <summary>Gets the letter of a byte.</summary>
    public static char Of(byte value) => Letters[value];

    /// <summary>Gets the byte of a letter.</summary>
    /// <returns>The byte, or -1 if the character is none of the letters.</returns>
    public static int ByteOf(char letter) => letter < Bytes.Length ? Bytes[letter] : -1;

    /// <summary>Turns an entry written in letters into its bytes.</summary>
    /// <param name="letters">The entry in UTF-8.</param>
    /// <param name="bytes">Receives the bytes; at least as long as the entry.</param>
    /// <returns>How many bytes, or -1 if a character is none of the letters.</returns>
    public static int Decode(ReadOnlySpan<byte> letters, Span<byte> bytes)
    {
        var count = 0;
        for (var i = 0; i < letters.Length; i++)
        {
            int letter = letters[i];
            if (letter >= 0x80)
            {
                // All letters lie below U+0144: two bytes of UTF-8 at most.
                if ((letter & 0xE0) != 0xC0 || ++i >= letters.Length)
                {
                    return -1;
                }

                letter = (letter & 0x1F) << 6 | letters[i] & 0x3F;
            }

            var value = ByteOf((char)letter);
            if (value < 0)
            {
                return -1;
            }

            bytes[count++] = (byte)value;
        }

        return count;
    }

    private static char[] Build()
    {
        var letters = new char[256];
        var next = 0x100;
        for (var value = 0; value < 256; value++)
        {
            var isPrintable = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            letters[value] = (char)(isPrintable ? value : next++);
        }

        return letters;
    }

    private static short[] Invert(char[] letters)
    {
        var bytes = new short[letters.Max() + 1];
        Array.Fill(bytes, (short)-1);
        for (var value = 0; value < letters.Length; value++)
        {
            bytes[letters[value]] = (short)value;
        }

        return bytes;
    }
}
