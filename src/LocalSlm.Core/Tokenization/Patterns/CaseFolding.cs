using System.Text;

namespace LocalSlm.Tokenization.Patterns;

/// <summary>Which code points differ from each other in case alone.</summary>
internal static class CaseFolding
{
    private static readonly Lazy<(int Variant, int Folded)[]> Table = new(Build);

    /// <summary>Gets each code point whose lower case is another one, beside that one.</summary>
    public static ReadOnlySpan<(int Variant, int Folded)> Pairs => Table.Value;

    private static (int Variant, int Folded)[] Build()
    {
        // .NET keeps letters outside ASCII from becoming ASCII letters; CaseFolding.txt has these four (Unicode 16).
        var pairs = new List<(int, int)> { (0x17F, 's'), (0x212A, 'k'), (0x212B, 0xE5), (0x1E9E, 0xDF) };
        for (var codePoint = (int)'A'; codePoint < 0x10000; codePoint++)
        {
            Add(codePoint);
        }

        for (var codePoint = 0x10400; codePoint < 0x1F000; codePoint++)
        {
            Add(codePoint);
        }

        return [.. pairs];

        void Add(int codePoint)
        {
            if (!Rune.IsValid(codePoint))
            {
                return;
            }

            var rune = new Rune(codePoint);
            var lower = Rune.ToLowerInvariant(rune).Value;
            var folded = Rune.ToLowerInvariant(Rune.ToUpperInvariant(rune)).Value;
            if (lower != codePoint)
            {
                pairs.Add((codePoint, lower));
            }
            else if (folded != codePoint)
            {
                pairs.Add((codePoint, folded));
            }
        }
    }
}
