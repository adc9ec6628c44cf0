using LocalSlm.Tokenization.Patterns;

namespace LocalSlm.Constraints.Regular;

/// <summary>The sets of code points that ECMA-262 names (16th edition, 22.2.2.9, without the flag <c>i</c>).</summary>
internal static class EcmaSets
{
    /// <summary>Gets the Unicode scalar values: all code points that a text can hold.</summary>
    public static CodePointSet Scalars { get; } = CodePointSet.Of([(0, 0xD7FF), (0xE000, 0x10FFFF)]);

    /// <summary>Gets <c>\d</c>.</summary>
    public static CodePointSet Digit { get; } = CodePointSet.Of('0', '9');

    /// <summary>Gets <c>\w</c>.</summary>
    public static CodePointSet Word { get; } = CodePointSet.Of([('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')]);

    /// <summary>Gets <c>\s</c>: WhiteSpace and LineTerminator.</summary>
    public static CodePointSet Space { get; } =
        CodePointSet.Of([
            (9, 13),
            (' ', ' '),
            (0xA0, 0xA0),
            (0x1680, 0x1680),
            (0x2000, 0x200A),
            (0x2028, 0x2029),
            (0x202F, 0x202F),
            (0x205F, 0x205F),
            (0x3000, 0x3000),
            (0xFEFF, 0xFEFF),
        ]);

    /// <summary>Gets <c>.</c>: all but line terminators.</summary>
    public static CodePointSet Dot { get; } = CodePointSet.Of([('\n', '\n'), ('\r', '\r'), (0x2028, 0x2029)]).Negate();

    // Names and their aliases, as PropertyValueAliases.txt spells them; ECMA-262 knows no loose matching.
    private static readonly Dictionary<string, string> Categories = new(StringComparer.Ordinal)
    {
        ["LC"] = "LC",
        ["Cased_Letter"] = "LC",
        ["Cc"] = "Cc",
        ["Control"] = "Cc",
        ["cntrl"] = "Cc",
        ["Cf"] = "Cf",
        ["Format"] = "Cf",
        ["Cn"] = "Cn",
        ["Unassigned"] = "Cn",
        ["Co"] = "Co",
        ["Private_Use"] = "Co",
        ["Cs"] = "Cs",
        ["Surrogate"] = "Cs",
        ["C"] = "C",
        ["Other"] = "C",
        ["L"] = "L",
        ["Letter"] = "L",
        ["Ll"] = "Ll",
        ["Lowercase_Letter"] = "Ll",
        ["Lm"] = "Lm",
        ["Modifier_Letter"] = "Lm",
        ["Lo"] = "Lo",
        ["Other_Letter"] = "Lo",
        ["Lt"] = "Lt",
        ["Titlecase_Letter"] = "Lt",
        ["Lu"] = "Lu",
        ["Uppercase_Letter"] = "Lu",
        ["M"] = "M",
        ["Mark"] = "M",
        ["Combining_Mark"] = "M",
        ["Mc"] = "Mc",
        ["Spacing_Mark"] = "Mc",
        ["Me"] = "Me",
        ["Enclosing_Mark"] = "Me",
        ["Mn"] = "Mn",
        ["Nonspacing_Mark"] = "Mn",
        ["N"] = "N",
        ["Number"] = "N",
        ["Nd"] = "Nd",
        ["Decimal_Number"] = "Nd",
        ["digit"] = "Nd",
        ["Nl"] = "Nl",
        ["Letter_Number"] = "Nl",
        ["No"] = "No",
        ["Other_Number"] = "No",
        ["P"] = "P",
        ["Punctuation"] = "P",
        ["punct"] = "P",
        ["Pc"] = "Pc",
        ["Connector_Punctuation"] = "Pc",
        ["Pd"] = "Pd",
        ["Dash_Punctuation"] = "Pd",
        ["Pe"] = "Pe",
        ["Close_Punctuation"] = "Pe",
        ["Pf"] = "Pf",
        ["Final_Punctuation"] = "Pf",
        ["Pi"] = "Pi",
        ["Initial_Punctuation"] = "Pi",
        ["Po"] = "Po",
        ["Other_Punctuation"] = "Po",
        ["Ps"] = "Ps",
        ["Open_Punctuation"] = "Ps",
        ["S"] = "S",
        ["Symbol"] = "S",
        ["Sc"] = "Sc",
        ["Currency_Symbol"] = "Sc",
        ["Sk"] = "Sk",
        ["Modifier_Symbol"] = "Sk",
        ["Sm"] = "Sm",
        ["Math_Symbol"] = "Sm",
        ["So"] = "So",
        ["Other_Symbol"] = "So",
        ["Z"] = "Z",
        ["Separator"] = "Z",
        ["Zl"] = "Zl",
        ["Line_Separator"] = "Zl",
        ["Zp"] = "Zp",
        ["Paragraph_Separator"] = "Zp",
        ["Zs"] = "Zs",
        ["Space_Separator"] = "Zs",
    };

    /// <summary>Finds the set of <c>\p{…}</c>.</summary>
    /// <param name="name">What stands between the braces.</param>
    /// <returns>The set; <see langword="null"/> if there is none of that name, or its members are not at hand.</returns>
    public static CodePointSet? FindProperty(string name)
    {
        var equals = name.IndexOf('=', StringComparison.Ordinal);
        if (equals >= 0)
        {
            var value = name[(equals + 1)..];
            return name[..equals] switch
            {
                "General_Category" or "gc" => FindCategory(value),
                "Script" or "sc" => ScriptRanges.Find(value),
                _ => null,
            };
        }

        return name switch
        {
            "Any" => CodePointSet.All,
            "ASCII" => CodePointSet.Of(0, 0x7F),
            "Assigned" => UnicodeSets.Find("Cn")!.Negate(),
            "White_Space" or "space" => UnicodeSets.Space,
            "ASCII_Hex_Digit" or "AHex" => UnicodeSets.Find("XDigit"),
            _ => FindCategory(name),
        };
    }

    private static CodePointSet? FindCategory(string name) =>
        Categories.TryGetValue(name, out var category) ? UnicodeSets.Find(category) : null;
}
