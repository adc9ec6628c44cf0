using LocalSlm.Tokenization.Patterns;

namespace LocalSlm.Constraints.Regular;

/// <summary>Runs two automata side by side.</summary>
internal static class AutomatonProduct
{
    private const int Dead = -1;

    /// <summary>Makes the automaton of the texts that one accepts, both do, or only the left.</summary>
    /// <param name="left">The left one.</param>
    /// <param name="right">The right one.</param>
    /// <param name="accepts">Whether a text belongs to the result, by whether each side accepts it. Never what neither accepts.</param>
    /// <param name="needsLeft">Whether nothing is accepted that the left side does not accept.</param>
    /// <param name="needsRight">The same for the right side.</param>
    public static CharAutomaton Combine(
        CharAutomaton left,
        CharAutomaton right,
        Func<bool, bool, bool> accepts,
        bool needsLeft,
        bool needsRight
    )
    {
        var builder = new CharAutomatonBuilder("regular expression");
        var known = new Dictionary<long, int>();
        var open = new Queue<(int Left, int Right)>();
        Reach(left.IsEmpty ? Dead : 0, right.IsEmpty ? Dead : 0);
        for (var from = 0; open.TryDequeue(out var pair); from++)
        {
            var ones = left.EdgesOf(pair.Left);
            var others = right.EdgesOf(pair.Right);
            var (i, j) = (0, 0);
            for (var at = 0; at <= CodePointSet.Highest && (i < ones.Length || j < others.Length); )
            {
                // What each side does from here on, and how far.
                var (one, oneEnd) = At(ones, i, at);
                var (other, otherEnd) = At(others, j, at);
                var end = Math.Min(oneEnd, otherEnd);
                if (Reach(one, other) is var target && target >= 0)
                {
                    builder.AddEdge(from, at, end, target);
                }

                at = end + 1;
                while (i < ones.Length && ones[i].Last < at)
                {
                    i++;
                }

                while (j < others.Length && others[j].Last < at)
                {
                    j++;
                }
            }
        }

        return builder.Build();

        int Reach(int one, int other)
        {
            if ((needsLeft && one < 0) || (needsRight && other < 0) || (one < 0 && other < 0))
            {
                return Dead;
            }

            var key = ((long)one << 32) | (uint)other;
            if (!known.TryGetValue(key, out var state))
            {
                state = builder.AddState(
                    accepts(one >= 0 && left.IsAccepting(one), other >= 0 && right.IsAccepting(other))
                );
                known.Add(key, state);
                open.Enqueue((one, other));
            }

            return state;
        }
    }

    private static (int Target, int End) At(ReadOnlySpan<CharEdge> edges, int index, int at) =>
        index >= edges.Length ? (Dead, CodePointSet.Highest)
        : edges[index].First > at ? (Dead, edges[index].First - 1)
        : (edges[index].Target, edges[index].Last);
}
