using LocalSlm.Tokenization.Patterns;

namespace LocalSlm.Constraints.Regular;

/// <summary>Code points that nothing tells apart form one class.</summary>
internal sealed class SymbolClasses
{
    private readonly int[] _starts;
    private readonly int[] _classes;

    private SymbolClasses(int[] starts, int[] classes, int count) =>
        (_starts, _classes, Count) = (starts, classes, count);

    /// <summary>Gets the number of classes.</summary>
    public int Count { get; }

    /// <summary>Gets the number of pieces that the code points are cut into; each belongs to one class.</summary>
    public int PieceCount => _starts.Length;

    /// <summary>Gets the first code point of each piece, ascending from 0.</summary>
    public ReadOnlySpan<int> Starts => _starts;

    /// <summary>Gets the last code point of a piece.</summary>
    public int LastOf(int piece) => piece + 1 < _starts.Length ? _starts[piece + 1] - 1 : CodePointSet.Highest;

    /// <summary>Gets the class of a piece.</summary>
    public int ClassOf(int piece) => _classes[piece];

    /// <summary>Gets the piece that a code point begins.</summary>
    public int PieceAt(int first) => Array.BinarySearch(_starts, first);

    /// <summary>Divides the code points by ranges that belong to owners: two are alike if the same owners hold both.</summary>
    /// <param name="ranges">The ranges; an owner is any number. One owner's ranges do not overlap.</param>
    public static SymbolClasses Divide(IReadOnlyList<(int First, int Last, long Owner)> ranges)
    {
        var events = new (int At, UInt128 Change)[ranges.Count * 2];
        for (var i = 0; i < ranges.Count; i++)
        {
            var mark = MarkOf(ranges[i].Owner);
            events[2 * i] = (ranges[i].First, mark);
            events[(2 * i) + 1] = (ranges[i].Last + 1, UInt128.Zero - mark);
        }

        Array.Sort(events, static (left, right) => left.At.CompareTo(right.At));
        var starts = new List<int>();
        var classes = new List<int>();
        var known = new Dictionary<UInt128, int>();
        var sum = UInt128.Zero;
        var next = 0;
        for (var at = 0; at <= CodePointSet.Highest; )
        {
            for (; next < events.Length && events[next].At == at; next++)
            {
                sum += events[next].Change;
            }

            if (!known.TryGetValue(sum, out var number))
            {
                number = known.Count;
                known.Add(sum, number);
            }

            if (classes.Count == 0 || classes[^1] != number)
            {
                starts.Add(at);
                classes.Add(number);
            }

            at = next < events.Length ? events[next].At : CodePointSet.Highest + 1;
        }

        return new([.. starts], [.. classes], known.Count);
    }

    /// <summary>Gets a number by which owners are told apart: two sets of owners with the same sum of marks are as good as
    /// impossible.</summary>
    public static UInt128 MarkOf(long owner) =>
        new(Mix((ulong)owner + 0x9E3779B97F4A7C15), Mix(~(ulong)owner * 0xD6E8FEB86659FD93));

    /// <summary>The finalizer of SplitMix64 (G. Steele, D. Lea, C. Flood, OOPSLA 2014).</summary>
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
