using System.Buffers;
using System.Text;

namespace LocalSlm.Gguf.Runtime;

/// <summary>Cuts stretches of text that have neither a blank nor a break, before the native tokenizer sees them. llama.cpp v0.4.0
/// cuts text into words by <c>std::regex</c> for most BPE vocabularies (<c>unicode_regex_split_stl</c> in unicode.cpp), which calls
/// itself for every character of a word: 25,000 letters in a row overflow a stack of 8 MiB and end the process.</summary>
/// <remarks>A cut falls before punctuation that follows a letter or digit, where words end anyway, if there is any. Else the ids at
/// the cut may differ from those of the whole text, which nobody can have computed.</remarks>
internal static class LongStretch
{
    /// <summary>The most characters in a row. At 350 bytes of stack each, and with as many line feeds behind them, that is 1 MiB;
    /// threads have 1.5 MiB where the system's C library is musl, and usually more elsewhere.</summary>
    public const int MostCharacters = 1500;

    /// <summary>Finds where to cut.</summary>
    /// <param name="text">The text.</param>
    /// <param name="cuts">Offsets are added to it.</param>
    public static void AddCuts(ReadOnlySpan<byte> text, ICollection<int> cuts)
    {
        if (text.Length <= MostCharacters)
        {
            return;
        }

        var characters = 0;
        var border = 0;
        var last = default(Rune);
        for (var at = 0; at < text.Length; )
        {
            if (Rune.DecodeFromUtf8(text[at..], out var rune, out var length) != OperationStatus.Done)
            {
                length = Math.Max(length, 1);
            }

            if (Rune.IsWhiteSpace(rune) != Rune.IsWhiteSpace(last))
            {
                (characters, border) = (0, 0);
            }
            else if (IsBreak(rune) && Rune.IsLetterOrDigit(last))
            {
                border = at;
            }

            last = rune;
            if (++characters <= MostCharacters)
            {
                at += length;
                continue;
            }

            // Counted again from the cut on, so that no stretch is longer than the most.
            at = border > 0 ? border : at;
            cuts.Add(at);
            (characters, border, last) = (0, 0, default);
        }
    }

    /// <summary>An apostrophe may belong to the word, as in "don't".</summary>
    private static bool IsBreak(Rune rune) => Rune.IsPunctuation(rune) && rune.Value is not ('\'' or 0x2019);
}
