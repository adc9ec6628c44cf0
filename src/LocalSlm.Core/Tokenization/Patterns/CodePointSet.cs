namespace LocalSlm.Tokenization.Patterns;

/// <summary>A set of code points, kept as ranges that are sorted and do not touch. Immutable.</summary>
internal sealed class CodePointSet
{
    /// <summary>The highest code point.</summary>
    public const int Highest = 0x10FFFF;

    /// <summary>Every code point.</summary>
    public static readonly CodePointSet All = new([(0, Highest)]);

    /// <summary>No code point.</summary>
    public static readonly CodePointSet None = new([]);

    private readonly (int First, int Last)[] _ranges;

    private CodePointSet((int First, int Last)[] ranges) => _ranges = ranges;

    /// <summary>Gets the ranges, ascending, with gaps between them.</summary>
    public ReadOnlySpan<(int First, int Last)> Ranges => _ranges;

    /// <summary>Gets whether the set has no member.</summary>
    public bool IsEmpty => _ranges.Length == 0;

    /// <summary>Makes a set of one range.</summary>
    public static CodePointSet Of(int first, int last) => new([(first, last)]);

    /// <summary>Makes a set of one code point.</summary>
    public static CodePointSet Of(int codePoint) => new([(codePoint, codePoint)]);

    /// <summary>Makes a set of ranges in any order.</summary>
    public static CodePointSet Of(List<(int First, int Last)> ranges)
    {
        ranges.Sort();
        var merged = new List<(int First, int Last)>(ranges.Count);
        foreach (var range in ranges)
        {
            if (merged.Count > 0 && range.First <= merged[^1].Last + 1)
            {
                merged[^1] = (merged[^1].First, Math.Max(merged[^1].Last, range.Last));
            }
            else
            {
                merged.Add(range);
            }
        }

        return new([.. merged]);
    }

    public bool Contains(int codePoint)
    {
        var low = 0;
        var high = _ranges.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (codePoint < _ranges[middle].First)
            {
                high = middle - 1;
            }
            else if (codePoint > _ranges[middle].Last)
            {
                low = middle + 1;
            }
            else
            {
                return true;
            }
        }

        return false;
    }

    public CodePointSet Union(CodePointSet other) => Of([.. _ranges, .. other._ranges]);

    public CodePointSet Negate()
    {
        var gaps = new List<(int First, int Last)>(_ranges.Length + 1);
        var next = 0;
        foreach (var (first, last) in _ranges)
        {
            if (first > next)
            {
                gaps.Add((next, first - 1));
            }

            next = last + 1;
        }

        if (next <= Highest)
        {
            gaps.Add((next, Highest));
        }

        return new([.. gaps]);
    }

    public CodePointSet Intersect(CodePointSet other) => Negate().Union(other.Negate()).Negate();

    /// <summary>Adds the members' other cases.</summary>
    /// <remarks>Simple case folding, one code point to one; foldings to several (ß to ss) are left out.</remarks>
    public CodePointSet AddCases()
    {
        if (IsEmpty || Equals(_ranges[0], (0, Highest)))
        {
            return this;
        }

        var cases = new List<(int First, int Last)>(_ranges);
        foreach (var (variant, folded) in CaseFolding.Pairs)
        {
            if (Contains(variant))
            {
                cases.Add((folded, folded));
            }

            if (Contains(folded))
            {
                cases.Add((variant, variant));
            }
        }

        // A folded form that has just come in brings its other variants: ſ brings s, s brings S.
        var once = Of(cases);
        foreach (var (variant, folded) in CaseFolding.Pairs)
        {
            if (once.Contains(folded))
            {
                cases.Add((variant, variant));
            }
        }

        return Of(cases);
    }
}
