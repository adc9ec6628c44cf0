using System.Globalization;

namespace LocalSlm.Tokenization.Unicode;

/// <summary>What kinds of characters tokenizers tell apart.</summary>
internal static class Categories
{
    private const uint Letters =
        (1u << (int)UnicodeCategory.UppercaseLetter)
        | (1u << (int)UnicodeCategory.LowercaseLetter)
        | (1u << (int)UnicodeCategory.TitlecaseLetter)
        | (1u << (int)UnicodeCategory.ModifierLetter)
        | (1u << (int)UnicodeCategory.OtherLetter);

    private const uint Marks =
        (1u << (int)UnicodeCategory.NonSpacingMark)
        | (1u << (int)UnicodeCategory.SpacingCombiningMark)
        | (1u << (int)UnicodeCategory.EnclosingMark);

    private const uint Numbers =
        (1u << (int)UnicodeCategory.DecimalDigitNumber)
        | (1u << (int)UnicodeCategory.LetterNumber)
        | (1u << (int)UnicodeCategory.OtherNumber);

    private const uint Punctuation =
        (1u << (int)UnicodeCategory.ConnectorPunctuation)
        | (1u << (int)UnicodeCategory.DashPunctuation)
        | (1u << (int)UnicodeCategory.OpenPunctuation)
        | (1u << (int)UnicodeCategory.ClosePunctuation)
        | (1u << (int)UnicodeCategory.InitialQuotePunctuation)
        | (1u << (int)UnicodeCategory.FinalQuotePunctuation)
        | (1u << (int)UnicodeCategory.OtherPunctuation);

    private const uint Others =
        (1u << (int)UnicodeCategory.Control)
        | (1u << (int)UnicodeCategory.Format)
        | (1u << (int)UnicodeCategory.PrivateUse);

    private const uint Words =
        Letters
        | Marks
        | (1u << (int)UnicodeCategory.DecimalDigitNumber)
        | (1u << (int)UnicodeCategory.LetterNumber)
        | (1u << (int)UnicodeCategory.ConnectorPunctuation);

    /// <summary>Tells whether a code point has Unicode's property White_Space.</summary>
    /// <param name="codePoint">The code point.</param>
    /// <returns>Whether it has.</returns>
    public static bool IsWhiteSpace(int codePoint) => codePoint < 0x10000 && char.IsWhiteSpace((char)codePoint);

    /// <summary>Tells whether a code point is a number: Nd, Nl, No.</summary>
    /// <param name="codePoint">The code point.</param>
    /// <returns>Whether it is.</returns>
    public static bool IsNumber(int codePoint) =>
        codePoint < 128 ? char.IsAsciiDigit((char)codePoint) : IsIn(codePoint, Numbers);

    /// <summary>Tells whether a code point is a mark: Mn, Mc, Me.</summary>
    /// <param name="codePoint">The code point.</param>
    /// <returns>Whether it is.</returns>
    public static bool IsMark(int codePoint) => codePoint >= 0x300 && IsIn(codePoint, Marks);

    /// <summary>Tells whether a code point is a non-spacing mark: Mn.</summary>
    /// <param name="codePoint">The code point.</param>
    /// <returns>Whether it is.</returns>
    public static bool IsNonSpacingMark(int codePoint) =>
        codePoint >= 0x300 && CharUnicodeInfo.GetUnicodeCategory(codePoint) == UnicodeCategory.NonSpacingMark;

    /// <summary>Tells whether a code point is punctuation, in Unicode or as ASCII has it (with <c>$+&lt;=&gt;^`|~</c>).</summary>
    /// <param name="codePoint">The code point.</param>
    /// <returns>Whether it is.</returns>
    public static bool IsPunctuation(int codePoint) =>
        codePoint < 128
            ? codePoint is > ' ' and < 127 && !char.IsAsciiLetterOrDigit((char)codePoint)
            : IsIn(codePoint, Punctuation);

    /// <summary>Tells whether a code point is a control, a format character or of private use: Cc, Cf, Co.</summary>
    /// <param name="codePoint">The code point.</param>
    /// <returns>Whether it is.</returns>
    public static bool IsControl(int codePoint) => codePoint < 127 ? codePoint < ' ' : IsIn(codePoint, Others);

    /// <summary>Tells whether a code point belongs to words: alphabetic, a mark, a decimal digit, a connector, a joiner
    /// (UTS #18, <c>\w</c>). Beyond the categories, alphabetic are the circled and squared Latin letters.</summary>
    /// <param name="codePoint">The code point.</param>
    /// <returns>Whether it does.</returns>
    public static bool IsWord(int codePoint) =>
        codePoint < 128
            ? char.IsAsciiLetterOrDigit((char)codePoint) || codePoint == '_'
            : IsIn(codePoint, Words)
                || codePoint
                    is 0x200C
                        or 0x200D
                        or (>= 0x24B6 and <= 0x24E9)
                        or (>= 0x1F130 and <= 0x1F149)
                        or (>= 0x1F150 and <= 0x1F169)
                        or (>= 0x1F170 and <= 0x1F189);

    private static bool IsIn(int codePoint, uint categories) =>
        ((1u << (int)CharUnicodeInfo.GetUnicodeCategory(codePoint)) & categories) != 0;
}
