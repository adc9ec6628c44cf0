namespace LocalSlm.Constraints.Regular;

/// <summary>Collects states and transitions, and makes a <see cref="CharAutomaton"/> of those that lie on a way from the start to
/// acceptance, equal states made one.</summary>
/// <param name="source">What it is made of, for messages: see <see cref="GrammarException.GrammarSource"/>.</param>
internal sealed class CharAutomatonBuilder(string source)
{
    private readonly List<List<CharEdge>> _edges = [];
    private readonly List<bool> _accepting = [];
    private int _edgeCount;

    /// <summary>Gets the number of states. The first is the start.</summary>
    public int StateCount => _edges.Count;

    /// <summary>Adds a state.</summary>
    /// <returns>Its number.</returns>
    public int AddState(bool accepting)
    {
        if (_edges.Count >= RegularLimits.MostStates)
        {
            throw RegularLimits.TooLarge(source, "states", RegularLimits.MostStates);
        }

        _edges.Add([]);
        _accepting.Add(accepting);
        return _edges.Count - 1;
    }

    /// <summary>Adds a transition. Those of one state come in ascending order and do not overlap.</summary>
    public void AddEdge(int state, int first, int last, int target)
    {
        var edges = _edges[state];
        if (edges.Count > 0 && edges[^1] is var before && before.Last + 1 == first && before.Target == target)
        {
            edges[^1] = before with { Last = last };
            return;
        }

        if (++_edgeCount > RegularLimits.MostEdges)
        {
            throw RegularLimits.TooLarge(source, "transitions", RegularLimits.MostEdges);
        }

        edges.Add(new(first, last, target));
    }

    /// <summary>Makes the automaton.</summary>
    /// <param name="minimize">Whether equal states may still be there.</param>
    public CharAutomaton Build(bool minimize = true)
    {
        var live = FindLive();
        if (_edges.Count == 0 || !live[0])
        {
            return CharAutomaton.None;
        }

        var representative = minimize ? FindRepresentatives(live) : null;
        return Number(live, representative);
    }

    private bool[] FindLive()
    {
        var count = _edges.Count;
        var offsets = new int[count + 1];
        foreach (var edges in _edges)
        {
            foreach (var edge in edges)
            {
                offsets[edge.Target + 1]++;
            }
        }

        for (var state = 0; state < count; state++)
        {
            offsets[state + 1] += offsets[state];
        }

        var places = (int[])offsets.Clone();
        var sources = new int[offsets[count]];
        for (var state = 0; state < count; state++)
        {
            foreach (var edge in _edges[state])
            {
                sources[places[edge.Target]++] = state;
            }
        }

        var live = new bool[count];
        var open = new Stack<int>();
        for (var state = 0; state < count; state++)
        {
            if (_accepting[state])
            {
                live[state] = true;
                open.Push(state);
            }
        }

        while (open.TryPop(out var state))
        {
            foreach (var before in sources.AsSpan(offsets[state]..offsets[state + 1]))
            {
                if (!live[before])
                {
                    live[before] = true;
                    open.Push(before);
                }
            }
        }

        return live;
    }

    /// <summary>Gets for each live state one of its equals, the same for all of them.</summary>
    private int[]? FindRepresentatives(bool[] live)
    {
        var numbers = new int[_edges.Count];
        var states = new List<int>();
        var ranges = new List<(int First, int Last, long Owner)>(_edgeCount);
        for (var state = 0; state < _edges.Count; state++)
        {
            if (!live[state])
            {
                continue;
            }

            numbers[state] = states.Count;
            states.Add(state);
            foreach (var edge in _edges[state])
            {
                if (live[edge.Target])
                {
                    ranges.Add((edge.First, edge.Last, ((long)state << 32) | (uint)edge.Target));
                }
            }
        }

        var classes = SymbolClasses.Divide(ranges);
        var tails = new List<int>();
        var labels = new List<int>();
        var heads = new List<int>();
        var seen = new int[classes.Count];
        for (var i = 0; i < ranges.Count; i++)
        {
            var (first, last, owner) = ranges[i];
            var (tail, head) = (numbers[(int)(owner >> 32)], numbers[(int)owner]);
            for (
                var piece = classes.PieceAt(first);
                piece < classes.PieceCount && classes.Starts[piece] <= last;
                piece++
            )
            {
                // A class belongs to one target of a state, so it is enough to remember the state.
                var number = classes.ClassOf(piece);
                if (seen[number] != tail + 1)
                {
                    seen[number] = tail + 1;
                    tails.Add(tail);
                    labels.Add(number);
                    heads.Add(head);
                }
            }

            if (tails.Count > RegularLimits.MostMinimized)
            {
                return null;
            }
        }

        var sets = StateMinimizer.FindEqual(
            [.. states.Select(state => _accepting[state])],
            [.. tails],
            [.. labels],
            [.. heads]
        );
        var firsts = new int[states.Count];
        Array.Fill(firsts, -1);
        var representatives = new int[_edges.Count];
        for (var i = 0; i < states.Count; i++)
        {
            if (firsts[sets[i]] < 0)
            {
                firsts[sets[i]] = states[i];
            }

            representatives[states[i]] = firsts[sets[i]];
        }

        return representatives;
    }

    /// <summary>Numbers the states in the order in which they are reached.</summary>
    private CharAutomaton Number(bool[] live, int[]? representatives)
    {
        var numbers = new int[_edges.Count];
        Array.Fill(numbers, -1);
        var order = new List<int> { Of(0) };
        numbers[order[0]] = 0;
        var rows = new List<int> { 0 };
        var edges = new List<CharEdge>();
        for (var i = 0; i < order.Count; i++)
        {
            foreach (var edge in _edges[order[i]])
            {
                if (!live[edge.Target])
                {
                    continue;
                }

                var target = Of(edge.Target);
                if (numbers[target] < 0)
                {
                    numbers[target] = order.Count;
                    order.Add(target);
                }

                if (
                    edges.Count > rows[i]
                    && edges[^1] is var before
                    && before.Last + 1 == edge.First
                    && before.Target == numbers[target]
                )
                {
                    edges[^1] = before with { Last = edge.Last };
                }
                else
                {
                    edges.Add(edge with { Target = numbers[target] });
                }
            }

            rows.Add(edges.Count);
        }

        return new([.. rows], [.. edges], [.. order.Select(state => _accepting[state])]);

        int Of(int state) => representatives is null ? state : representatives[state];
    }
}
