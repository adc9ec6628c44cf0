using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Constraints.Regular;

/// <summary>Collects the states of a <see cref="ByteAutomaton"/>; those between two characters that do the same are one.</summary>
internal sealed class ByteAutomatonBuilder
{
    // 4 MiB. Beyond, rows are laid over each other.
    private const int MostFullEntries = 1 << 20;

    private readonly List<(int Symbol, int Target)> _entries = [];
    private readonly List<ByteEdge[]> _states = [];
    private readonly List<bool> _accepting = [];
    private readonly Dictionary<ByteEdge[], int> _inner = new(EdgeComparer.Instance);

    /// <summary>Gets the number of states.</summary>
    public int StateCount => _states.Count;

    /// <summary>Adds a state that gets its edges later.</summary>
    public int Add(bool accepting)
    {
        if (_states.Count >= RegularLimits.MostByteStates)
        {
            throw RegularLimits.TooLarge("regular expression", "states over bytes", RegularLimits.MostByteStates);
        }

        _states.Add([]);
        _accepting.Add(accepting);
        return _states.Count - 1;
    }

    /// <summary>Gets the edges of a state, ascending.</summary>
    public ByteEdge[] EdgesOf(int state) => _states[state];

    /// <summary>Gives a state its edges, in any order but without overlap.</summary>
    public void SetEdges(int state, List<ByteEdge> edges) => _states[state] = Tidy(edges);

    /// <summary>Gets the state within a character that has these edges.</summary>
    public int GetInner(List<ByteEdge> edges)
    {
        var tidy = Tidy(edges);
        if (!_inner.TryGetValue(tidy, out var state))
        {
            state = Add(accepting: false);
            _states[state] = tidy;
            _inner.Add(tidy, state);
        }

        return state;
    }

    /// <summary>Makes the automaton.</summary>
    public ByteAutomaton Build()
    {
        var (classes, classCount) = DivideBytes();
        var size = (long)_states.Count * classCount;
        if (size > MostFullEntries)
        {
            var rows = new OverlaidRows(classCount);
            for (var state = 0; state < _states.Count; state++)
            {
                rows.Add(state, EntriesOf(state, classes));
            }

            return rows.Build(classes, [.. _accepting]);
        }

        var transitions = new int[size];
        Array.Fill(transitions, ByteAutomaton.Dead);
        for (var state = 0; state < _states.Count; state++)
        {
            foreach (var (symbol, target) in EntriesOf(state, classes))
            {
                transitions[(state * classCount) + symbol] = target;
            }
        }

        return new(classes, classCount, transitions, [.. _accepting]);
    }

    /// <summary>Gets the classes on which a state goes on, with the next states.</summary>
    private List<(int Symbol, int Target)> EntriesOf(int state, byte[] classes)
    {
        _entries.Clear();
        foreach (var edge in _states[state])
        {
            for (int value = edge.First; value <= edge.Last; value++)
            {
                // The bytes of one class lead to one state, and lie apart or side by side.
                if (
                    (_entries.Count == 0 || _entries[^1].Symbol != classes[value])
                    && !_entries.Contains((classes[value], edge.Target))
                )
                {
                    _entries.Add((classes[value], edge.Target));
                }
            }
        }

        return _entries;
    }

    private (byte[] Classes, int Count) DivideBytes()
    {
        var changes = new UInt128[257];
        for (var state = 0; state < _states.Count; state++)
        {
            foreach (var edge in _states[state])
            {
                var mark = SymbolClasses.MarkOf(((long)state << 32) | (uint)edge.Target);
                changes[edge.First] += mark;
                changes[edge.Last + 1] -= mark;
            }
        }

        var classes = new byte[256];
        var numbers = new Dictionary<UInt128, byte>();
        var sum = UInt128.Zero;
        for (var value = 0; value < 256; value++)
        {
            sum += changes[value];
            if (!numbers.TryGetValue(sum, out classes[value]))
            {
                classes[value] = (byte)numbers.Count;
                numbers.Add(sum, classes[value]);
            }
        }

        return (classes, numbers.Count);
    }

    private static ByteEdge[] Tidy(List<ByteEdge> edges)
    {
        edges.Sort(static (left, right) => left.First.CompareTo(right.First));
        var tidy = new List<ByteEdge>(edges.Count);
        foreach (var edge in edges)
        {
            if (
                tidy.Count > 0
                && tidy[^1] is var before
                && before.Last + 1 == edge.First
                && before.Target == edge.Target
            )
            {
                tidy[^1] = before with { Last = edge.Last };
            }
            else
            {
                tidy.Add(edge);
            }
        }

        return [.. tidy];
    }

    private sealed class EdgeComparer : IEqualityComparer<ByteEdge[]>
    {
        public static readonly EdgeComparer Instance = new();

        public bool Equals(ByteEdge[]? x, ByteEdge[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(ByteEdge[] obj)
        {
            var hash = new HashCode();
            foreach (var edge in obj)
            {
                hash.Add(edge);
            }

            return hash.ToHashCode();
        }
    }
}
