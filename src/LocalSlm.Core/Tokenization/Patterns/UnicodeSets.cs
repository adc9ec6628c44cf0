using System.Globalization;

namespace LocalSlm.Tokenization.Patterns;

/// <summary>The sets of code points that patterns call by name.</summary>
internal static class UnicodeSets
{
    private static readonly Lazy<CodePointSet[]> Categories = new(BuildCategories);

    private static readonly Lazy<CodePointSet> WordSet = new(() =>
        Alphabetic.Union(Find("M")!).Union(Digit).Union(Find("Pc")!).Union(CodePointSet.Of(0x200C, 0x200D))
    );

    private static readonly Dictionary<string, UnicodeCategory[]> CategoryNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Lu"] = [UnicodeCategory.UppercaseLetter],
        ["Ll"] = [UnicodeCategory.LowercaseLetter],
        ["Lt"] = [UnicodeCategory.TitlecaseLetter],
        ["Lm"] = [UnicodeCategory.ModifierLetter],
        ["Lo"] = [UnicodeCategory.OtherLetter],
        ["Mn"] = [UnicodeCategory.NonSpacingMark],
        ["Mc"] = [UnicodeCategory.SpacingCombiningMark],
        ["Me"] = [UnicodeCategory.EnclosingMark],
        ["Nd"] = [UnicodeCategory.DecimalDigitNumber],
        ["Nl"] = [UnicodeCategory.LetterNumber],
        ["No"] = [UnicodeCategory.OtherNumber],
        ["Zs"] = [UnicodeCategory.SpaceSeparator],
        ["Zl"] = [UnicodeCategory.LineSeparator],
        ["Zp"] = [UnicodeCategory.ParagraphSeparator],
        ["Cc"] = [UnicodeCategory.Control],
        ["Cf"] = [UnicodeCategory.Format],
        ["Cs"] = [UnicodeCategory.Surrogate],
        ["Co"] = [UnicodeCategory.PrivateUse],
        ["Cn"] = [UnicodeCategory.OtherNotAssigned],
        ["Pc"] = [UnicodeCategory.ConnectorPunctuation],
        ["Pd"] = [UnicodeCategory.DashPunctuation],
        ["Ps"] = [UnicodeCategory.OpenPunctuation],
        ["Pe"] = [UnicodeCategory.ClosePunctuation],
        ["Pi"] = [UnicodeCategory.InitialQuotePunctuation],
        ["Pf"] = [UnicodeCategory.FinalQuotePunctuation],
        ["Po"] = [UnicodeCategory.OtherPunctuation],
        ["Sm"] = [UnicodeCategory.MathSymbol],
        ["Sc"] = [UnicodeCategory.CurrencySymbol],
        ["Sk"] = [UnicodeCategory.ModifierSymbol],
        ["So"] = [UnicodeCategory.OtherSymbol],
        ["LC"] = [UnicodeCategory.UppercaseLetter, UnicodeCategory.LowercaseLetter, UnicodeCategory.TitlecaseLetter],
    };

    private static readonly Dictionary<string, string> LongNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Letter"] = "L",
        ["CasedLetter"] = "LC",
        ["L&"] = "LC",
        ["UppercaseLetter"] = "Lu",
        ["LowercaseLetter"] = "Ll",
        ["TitlecaseLetter"] = "Lt",
        ["ModifierLetter"] = "Lm",
        ["OtherLetter"] = "Lo",
        ["Mark"] = "M",
        ["CombiningMark"] = "M",
        ["NonspacingMark"] = "Mn",
        ["SpacingMark"] = "Mc",
        ["EnclosingMark"] = "Me",
        ["Number"] = "N",
        ["DecimalNumber"] = "Nd",
        ["LetterNumber"] = "Nl",
        ["OtherNumber"] = "No",
        ["Separator"] = "Z",
        ["SpaceSeparator"] = "Zs",
        ["LineSeparator"] = "Zl",
        ["ParagraphSeparator"] = "Zp",
        ["Other"] = "C",
        ["Control"] = "Cc",
        ["Cntrl"] = "Cc",
        ["Format"] = "Cf",
        ["Surrogate"] = "Cs",
        ["PrivateUse"] = "Co",
        ["Unassigned"] = "Cn",
        ["Punctuation"] = "P",
        ["Punct"] = "P",
        ["ConnectorPunctuation"] = "Pc",
        ["DashPunctuation"] = "Pd",
        ["OpenPunctuation"] = "Ps",
        ["ClosePunctuation"] = "Pe",
        ["InitialPunctuation"] = "Pi",
        ["FinalPunctuation"] = "Pf",
        ["OtherPunctuation"] = "Po",
        ["Symbol"] = "S",
        ["MathSymbol"] = "Sm",
        ["CurrencySymbol"] = "Sc",
        ["ModifierSymbol"] = "Sk",
        ["OtherSymbol"] = "So",
        ["Digit"] = "Nd",
        ["Upper"] = "Lu",
        ["Lower"] = "Ll",
    };

    /// <summary>Gets <c>\s</c>: the property White_Space.</summary>
    public static CodePointSet Space { get; } =
        CodePointSet.Of([
            (9, 13),
            (' ', ' '),
            (0x85, 0x85),
            (0xA0, 0xA0),
            (0x1680, 0x1680),
            (0x2000, 0x200A),
            (0x2028, 0x2029),
            (0x202F, 0x202F),
            (0x205F, 0x205F),
            (0x3000, 0x3000),
        ]);

    /// <summary>Gets <c>\d</c>.</summary>
    public static CodePointSet Digit => Category(UnicodeCategory.DecimalDigitNumber);

    /// <summary>Gets <c>\w</c>, as UTS #18 defines it: alphabetic, marks, decimal digits, connectors, and the two joiners.</summary>
    public static CodePointSet Word => WordSet.Value;

    /// <summary>Gets letters, letter numbers and the circled and squared letters; marks that count as alphabetic are in
    /// <see cref="Word"/> with all marks.</summary>
    private static CodePointSet Alphabetic =>
        Find("L")!
            .Union(Find("Nl")!)
            .Union(CodePointSet.Of([(0x24B6, 0x24E9), (0x1F130, 0x1F149), (0x1F150, 0x1F169), (0x1F170, 0x1F189)]));

    /// <summary>Finds a set by the name that stands in <c>\p{…}</c> or <c>[:…:]</c>.</summary>
    /// <param name="name">A general category, a script or a POSIX class; case, spaces, <c>_</c> and <c>-</c> do not matter.</param>
    /// <returns>The set, or <see langword="null"/>.</returns>
    public static CodePointSet? Find(string name)
    {
        name = Simplify(name);
        if (LongNames.TryGetValue(name, out var shortName))
        {
            name = shortName;
        }

        if (CategoryNames.TryGetValue(name, out var categories))
        {
            return categories.Select(Category).Aggregate((left, right) => left.Union(right));
        }

        if (name.Length == 1)
        {
            var members = CategoryNames.Where(pair => pair.Key.Length == 2 && IsIn(pair.Key, name[0])).ToArray();
            return members.Length == 0
                ? null
                : members.SelectMany(pair => pair.Value).Distinct().Select(Category).Aggregate((a, b) => a.Union(b));
        }

        return name.ToUpperInvariant() switch
        {
            "ANY" => CodePointSet.All,
            "ASCII" => CodePointSet.Of(0, 0x7F),
            "ASSIGNED" => Find("Cn")!.Negate(),
            "ALPHA" or "ALPHABETIC" => Alphabetic,
            "ALNUM" => Alphabetic.Union(Digit),
            "SPACE" or "WHITESPACE" => Space,
            "BLANK" => Find("Zs")!.Union(CodePointSet.Of('\t')),
            "WORD" => Word,
            "XDIGIT" => CodePointSet.Of([('0', '9'), ('A', 'F'), ('a', 'f')]),
            "GRAPH" => Space.Union(Find("Cc")!).Union(Find("Cs")!).Union(Find("Cn")!).Negate(),
            "PRINT" => Find("Cc")!.Union(Find("Cs")!).Union(Find("Cn")!).Negate(),
            _ => ScriptRanges.Find(name),
        };
    }

    private static bool IsIn(string category, char group) =>
        char.ToUpperInvariant(category[0]) == char.ToUpperInvariant(group) && category != "LC";

    private static string Simplify(string name)
    {
        name = string.Concat(name.Where(c => c is not (' ' or '_' or '-')));
        foreach (var prefix in (string[])["GeneralCategory=", "gc=", "Script=", "sc="])
        {
            if (name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            {
                return name[prefix.Length..];
            }
        }

        return name;
    }

    private static CodePointSet Category(UnicodeCategory category) => Categories.Value[(int)category];

    private static CodePointSet[] BuildCategories()
    {
        var ranges = Enumerable.Range(0, 30).Select(_ => new List<(int First, int Last)>()).ToArray();
        var first = 0;
        var current = CharUnicodeInfo.GetUnicodeCategory(0);
        for (var codePoint = 1; codePoint <= CodePointSet.Highest + 1; codePoint++)
        {
            var category =
                codePoint <= CodePointSet.Highest
                    ? CharUnicodeInfo.GetUnicodeCategory(codePoint)
                    : (UnicodeCategory)(-1);
            if (category == current)
            {
                continue;
            }

            ranges[(int)current].Add((first, codePoint - 1));
            first = codePoint;
            current = category;
        }

        return [.. ranges.Select(CodePointSet.Of)];
    }
}
