namespace LocalSlm.Tokenization.Patterns;

/// <summary>Code points that no set of a pattern tells apart form one class; the matcher sees classes only.</summary>
internal sealed class CharacterClasses
{
    private readonly ushort[] _basic = new ushort[0x10000];
    private readonly int[] _starts;
    private readonly ushort[] _classes;

    private CharacterClasses(int[] starts, ushort[] classes, int count)
    {
        _starts = starts;
        _classes = classes;
        Count = count;
        for (var i = 0; i < starts.Length && starts[i] < 0x10000; i++)
        {
            var end = i + 1 < starts.Length ? Math.Min(starts[i + 1], 0x10000) : 0x10000;
            _basic.AsSpan(starts[i], end - starts[i]).Fill(classes[i]);
        }

        // A surrogate without a partner is read as U+FFFD.
        _basic.AsSpan(0xD800, 0x800).Fill(_basic[0xFFFD]);
    }

    /// <summary>Gets the number of classes. The number itself stands for the edge of the text.</summary>
    public int Count { get; }

    /// <summary>Gets the classes of the characters that need one UTF-16 unit.</summary>
    public ReadOnlySpan<ushort> Basic => _basic;

    /// <summary>Divides the code points.</summary>
    /// <param name="sets">The sets of the pattern.</param>
    /// <returns>The classes, and for each set which of them it holds.</returns>
    public static (CharacterClasses Classes, bool[][] Members) Divide(IReadOnlyList<CodePointSet> sets)
    {
        var starts = new SortedSet<int> { 0 };
        foreach (var set in sets)
        {
            foreach (var (first, last) in set.Ranges)
            {
                starts.Add(first);
                if (last < CodePointSet.Highest)
                {
                    starts.Add(last + 1);
                }
            }
        }

        var ordered = starts.ToArray();
        var signatures = new ulong[ordered.Length][];
        var words = (sets.Count + 63) / 64;
        for (var i = 0; i < ordered.Length; i++)
        {
            signatures[i] = new ulong[words];
        }

        for (var set = 0; set < sets.Count; set++)
        {
            foreach (var (first, last) in sets[set].Ranges)
            {
                for (var i = Array.BinarySearch(ordered, first); i < ordered.Length && ordered[i] <= last; i++)
                {
                    signatures[i][set >> 6] |= 1UL << (set & 63);
                }
            }
        }

        var known = new Dictionary<ulong[], ushort>(SignatureComparer.Instance);
        var classes = new ushort[ordered.Length];
        var representatives = new List<ulong[]>();
        for (var i = 0; i < ordered.Length; i++)
        {
            if (!known.TryGetValue(signatures[i], out classes[i]))
            {
                classes[i] = (ushort)representatives.Count;
                known.Add(signatures[i], classes[i]);
                representatives.Add(signatures[i]);
                if (representatives.Count >= ushort.MaxValue)
                {
                    throw new FormatException("A pattern tells too many kinds of characters apart.");
                }
            }
        }

        var members = new bool[sets.Count][];
        for (var set = 0; set < sets.Count; set++)
        {
            members[set] = new bool[representatives.Count + 1];
            for (var i = 0; i < representatives.Count; i++)
            {
                members[set][i] = (representatives[i][set >> 6] >> (set & 63) & 1) != 0;
            }
        }

        return (new CharacterClasses(ordered, classes, representatives.Count), members);
    }

    /// <summary>Gets the class of the code point at a place, and how many UTF-16 units it has.</summary>
    public int At(ReadOnlySpan<char> text, int index, out int length)
    {
        var c = text[index];
        if (char.IsHighSurrogate(c) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]))
        {
            length = 2;
            return OfSupplementary(char.ConvertToUtf32(c, text[index + 1]));
        }

        length = 1;
        return _basic[c];
    }

    /// <summary>Gets the class of the code point before a place; <see cref="Count"/> at the start.</summary>
    public int Before(ReadOnlySpan<char> text, int index)
    {
        if (index == 0)
        {
            return Count;
        }

        var c = text[index - 1];
        return char.IsLowSurrogate(c) && index > 1 && char.IsHighSurrogate(text[index - 2])
            ? OfSupplementary(char.ConvertToUtf32(text[index - 2], c))
            : _basic[c];
    }

    private ushort OfSupplementary(int codePoint)
    {
        var at = Array.BinarySearch(_starts, codePoint);
        return _classes[at < 0 ? ~at - 1 : at];
    }

    private sealed class SignatureComparer : IEqualityComparer<ulong[]>
    {
        public static readonly SignatureComparer Instance = new();

        public bool Equals(ulong[]? x, ulong[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(ulong[] obj)
        {
            var hash = new HashCode();
            foreach (var word in obj)
            {
                hash.Add(word);
            }

            return hash.ToHashCode();
        }
    }
}
