using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace LocalSlm.Templating;

/// <summary>Full Unicode case mapping as Python's <c>str</c> has it; .NET's invariant mapping keeps one character one and spares ı, ſ and İ.</summary>
internal static class CaseMapping
{
    // Unicode SpecialCasing.txt, the unconditional entries, without the Greek iota-subscript range, which is computed.
    private static readonly FrozenDictionary<char, string> UpperSpecial = new Dictionary<char, string>
    {
        ['\u00DF'] = "SS",
        ['\u0131'] = "I",
        ['\u017F'] = "S",
        ['\u0149'] = "\u02BCN",
        ['\u01F0'] = "J\u030C",
        ['\u0390'] = "\u0399\u0308\u0301",
        ['\u03B0'] = "\u03A5\u0308\u0301",
        ['\u0587'] = "\u0535\u0552",
        ['\u1E96'] = "H\u0331",
        ['\u1E97'] = "T\u0308",
        ['\u1E98'] = "W\u030A",
        ['\u1E99'] = "Y\u030A",
        ['\u1E9A'] = "A\u02BE",
        ['\u1F50'] = "\u03A5\u0313",
        ['\u1F52'] = "\u03A5\u0313\u0300",
        ['\u1F54'] = "\u03A5\u0313\u0301",
        ['\u1F56'] = "\u03A5\u0313\u0342",
        ['\u1FB6'] = "\u0391\u0342",
        ['\u1FC6'] = "\u0397\u0342",
        ['\u1FD2'] = "\u0399\u0308\u0300",
        ['\u1FD3'] = "\u0399\u0308\u0301",
        ['\u1FD6'] = "\u0399\u0342",
        ['\u1FD7'] = "\u0399\u0308\u0342",
        ['\u1FE2'] = "\u03A5\u0308\u0300",
        ['\u1FE3'] = "\u03A5\u0308\u0301",
        ['\u1FE4'] = "\u03A1\u0313",
        ['\u1FE6'] = "\u03A5\u0342",
        ['\u1FE7'] = "\u03A5\u0308\u0342",
        ['\u1FF6'] = "\u03A9\u0342",
        ['\uFB00'] = "FF",
        ['\uFB01'] = "FI",
        ['\uFB02'] = "FL",
        ['\uFB03'] = "FFI",
        ['\uFB04'] = "FFL",
        ['\uFB05'] = "ST",
        ['\uFB06'] = "ST",
    }.ToFrozenDictionary();

    /// <summary>Maps a whole text; every new character belongs to the old one it came from.</summary>
    public static object Upper(RenderState state, object text) =>
        Map(state, text, static (s, i, b) => AppendUpper(s, i, b));

    public static object Lower(RenderState state, object text) =>
        Map(state, text, static (s, i, b) => AppendLower(s, i, b));

    public static object SwapCase(RenderState state, object text) =>
        Map(state, text, static (s, i, b) => (Rune.IsUpper(At(s, i)) ? (Mapper)AppendLower : AppendUpper)(s, i, b));

    /// <summary>The first character in title case, the rest in lower case.</summary>
    public static object Capitalize(RenderState state, object text) =>
        Map(state, text, static (s, i, b) => (i == 0 ? (Mapper)AppendTitle : AppendLower)(s, i, b));

    /// <summary>Python's <c>str.title()</c>: a letter after anything but a letter is in title case.</summary>
    public static object Title(RenderState state, object text) =>
        Map(state, text, static (s, i, b) => (i > 0 && IsCased(s, i - 1) ? (Mapper)AppendLower : AppendTitle)(s, i, b));

    /// <summary>Jinja's <c>title</c> filter: words begin after white space, hyphens and opening brackets.</summary>
    public static object TitleWords(RenderState state, object text) =>
        Map(
            state,
            text,
            static (s, i, b) =>
                (i == 0 || IsWordBreak(s[i - 1]) && !IsWordBreak(s[i]) ? (Mapper)AppendUpper : AppendLower)(s, i, b)
        );

    /// <summary>Lowers a string that is only compared.</summary>
    public static string LowerPlain(string text)
    {
        if (System.Text.Ascii.IsValid(text))
        {
            return text.ToLowerInvariant();
        }

        var builder = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i += CodePoints.LengthAt(text, i))
        {
            AppendLower(text, i, builder);
        }

        return builder.ToString();
    }

    public static bool IsCased(string text, int index)
    {
        if (char.IsLowSurrogate(text[index]) && index > 0 && char.IsHighSurrogate(text[index - 1]))
        {
            index--;
        }

        return Rune.TryGetRuneAt(text, index, out var rune)
            && Rune.GetUnicodeCategory(rune)
                is UnicodeCategory.UppercaseLetter
                    or UnicodeCategory.LowercaseLetter
                    or UnicodeCategory.TitlecaseLetter;
    }

    private static bool IsWordBreak(char c) => c is '-' or '(' or '{' or '[' or '<' || CodePoints.IsSpace(c);

    private static object Map(RenderState state, object text, Action<string, int, StringBuilder> append)
    {
        string value = Texts.Of(text);
        state.Charge(value.Length / 16);
        var one = new StringBuilder();
        var builder = state.RentBuilder();
        Span<char> buffer = stackalloc char[8];
        for (int i = 0; i < value.Length; )
        {
            one.Clear();
            append(value, i, one);
            one.CopyTo(0, buffer, one.Length);
            builder.AppendDerived(buffer[..one.Length], text, i);
            i += CodePoints.LengthAt(value, i);
        }

        return state.ReturnBuilder(builder, Texts.IsMarkup(text));
    }

    private static Rune At(string text, int index) =>
        Rune.TryGetRuneAt(text, index, out var rune) ? rune : Rune.ReplacementChar;

    private static void AppendUpper(string text, int index, StringBuilder builder)
    {
        char c = text[index];
        if (c < 128)
        {
            builder.Append(char.ToUpperInvariant(c));
        }
        else if (UpperSpecial.TryGetValue(c, out string? special))
        {
            builder.Append(special);
        }
        else if (IotaCapital(c) is char capital and not '\0')
        {
            builder.Append(capital).Append('\u0399');
        }
        else
        {
            AppendSimple(text, index, builder, Rune.ToUpperInvariant);
        }
    }

    private static void AppendTitle(string text, int index, StringBuilder builder)
    {
        char c = text[index];
        switch (c)
        {
            case >= '\u01C4' and <= '\u01CC':
                builder.Append((char)(0x01C5 + ((c - 0x01C4) / 3 * 3)));
                break;
            case >= '\u01F1' and <= '\u01F3':
                builder.Append('\u01F2');
                break;
            default:
                int start = builder.Length;
                AppendUpper(text, index, builder);
                // A letter that becomes several has only the first of them capital: ß is Ss.
                for (int i = start + 1; i < builder.Length; i++)
                {
                    if (!char.IsSurrogate(builder[i]))
                    {
                        builder[i] = char.ToLowerInvariant(builder[i]);
                    }
                }

                break;
        }
    }

    private static void AppendLower(string text, int index, StringBuilder builder)
    {
        char c = text[index];
        switch (c)
        {
            case < (char)128:
                builder.Append(char.ToLowerInvariant(c));
                break;
            case '\u0130':
                builder.Append("i\u0307");
                break;
            case '\u212A':
                builder.Append('k');
                break;
            case '\u03A3':
                builder.Append(IsFinalSigma(text, index) ? '\u03C2' : '\u03C3');
                break;
            default:
                AppendSimple(text, index, builder, Rune.ToLowerInvariant);
                break;
        }
    }

    private static void AppendSimple(string text, int index, StringBuilder builder, Func<Rune, Rune> map)
    {
        if (Rune.TryGetRuneAt(text, index, out var rune))
        {
            Span<char> units = stackalloc char[2];
            builder.Append(units[..map(rune).EncodeToUtf16(units)]);
        }
        else
        {
            builder.Append(text[index]);
        }
    }

    // Unicode's Final_Sigma: a cased letter before, none after, case-ignorable marks between.
    private static bool IsFinalSigma(string text, int index)
    {
        int before = index - 1;
        while (before >= 0 && IsCaseIgnorable(text[before]))
        {
            before--;
        }

        int after = index + 1;
        while (after < text.Length && IsCaseIgnorable(text[after]))
        {
            after++;
        }

        return before >= 0 && IsCased(text, before) && (after >= text.Length || !IsCased(text, after));
    }

    private static bool IsCaseIgnorable(char c) =>
        c is '\'' or '.' or ':' or '^' or '`' or '\u00AD' or '\u00B7' or '\u2019'
        || char.GetUnicodeCategory(c)
            is UnicodeCategory.NonSpacingMark
                or UnicodeCategory.EnclosingMark
                or UnicodeCategory.Format
                or UnicodeCategory.ModifierLetter
                or UnicodeCategory.ModifierSymbol;

    // Greek letters with iota subscript become the capital and a capital iota.
    private static char IotaCapital(char c) =>
        c switch
        {
            >= '\u1F80' and <= '\u1F8F' => (char)(0x1F08 + (c & 7)),
            >= '\u1F90' and <= '\u1F9F' => (char)(0x1F28 + (c & 7)),
            >= '\u1FA0' and <= '\u1FAF' => (char)(0x1F68 + (c & 7)),
            '\u1FB3' or '\u1FBC' => '\u0391',
            '\u1FC3' or '\u1FCC' => '\u0397',
            '\u1FF3' or '\u1FFC' => '\u03A9',
            '\u1FB2' => '\u1FBA',
            '\u1FB4' => '\u0386',
            '\u1FC2' => '\u1FCA',
            '\u1FC4' => '\u0389',
            '\u1FF2' => '\u1FFA',
            '\u1FF4' => '\u038F',
            _ => '\0',
        };

    private delegate void Mapper(string text, int index, StringBuilder builder);
}
