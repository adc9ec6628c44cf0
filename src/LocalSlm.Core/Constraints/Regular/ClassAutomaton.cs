namespace LocalSlm.Constraints.Regular;

/// <summary>A deterministic automaton over classes of characters. Immutable.</summary>
/// <param name="classCount">The number of classes.</param>
/// <param name="next">The next state by <c>state * classCount + class</c>, or -1.</param>
/// <param name="accepting">Whether a text may end in the state. State 0 is the start.</param>
internal sealed class ClassAutomaton(int classCount, int[] next, bool[] accepting)
{
    public int StateCount => accepting.Length;

    public int Next(int state, int symbol) => next[(state * classCount) + symbol];

    public bool IsAccepting(int state) => accepting[state];

    /// <summary>Tells whether every text is accepted from a state; in a minimal automaton there is at most one such state.</summary>
    /// <param name="state">The state.</param>
    /// <param name="symbols">The classes that a text can hold.</param>
    public bool AcceptsAll(int state, bool[] symbols)
    {
        for (var symbol = 0; symbol < classCount; symbol++)
        {
            if (symbols[symbol] && Next(state, symbol) != state)
            {
                return false;
            }
        }

        return accepting[state];
    }

    /// <summary>Gets the automaton of the texts that this one does not accept.</summary>
    /// <param name="symbols">The classes that a text can hold.</param>
    public ClassAutomaton Complement(bool[] symbols)
    {
        var sink = StateCount;
        var table = new int[(sink + 1) * classCount];
        for (var i = 0; i < table.Length; i++)
        {
            var symbol = i % classCount;
            table[i] =
                !symbols[symbol] ? -1
                : i < next.Length && next[i] >= 0 ? next[i]
                : sink;
        }

        return new(classCount, table, [.. accepting.Select(accepts => !accepts), true]);
    }

    /// <summary>Gets the smallest automaton of the same language, without states that lead nowhere.</summary>
    public ClassAutomaton Minimize()
    {
        var live = FindLive();
        if (StateCount == 0 || !live[0])
        {
            return new(classCount, [], []);
        }

        var numbers = new int[StateCount];
        var states = new List<int>();
        for (var state = 0; state < StateCount; state++)
        {
            if (live[state])
            {
                numbers[state] = states.Count;
                states.Add(state);
            }
        }

        var tails = new List<int>();
        var labels = new List<int>();
        var heads = new List<int>();
        foreach (var state in states)
        {
            for (var symbol = 0; symbol < classCount; symbol++)
            {
                if (Next(state, symbol) is var target && target >= 0 && live[target])
                {
                    tails.Add(numbers[state]);
                    labels.Add(symbol);
                    heads.Add(numbers[target]);
                }
            }
        }

        var sets = StateMinimizer.FindEqual([.. states.Select(IsAccepting)], [.. tails], [.. labels], [.. heads]);
        return Merge(states, sets, live, numbers);
    }

    private ClassAutomaton Merge(List<int> states, int[] sets, bool[] live, int[] numbers)
    {
        // The start's set comes first.
        var order = new Dictionary<int, int>();
        var chosen = new List<int>();
        for (var i = 0; i < states.Count; i++)
        {
            if (order.TryAdd(sets[i], chosen.Count))
            {
                chosen.Add(states[i]);
            }
        }

        var table = new int[chosen.Count * classCount];
        for (var i = 0; i < table.Length; i++)
        {
            var target = Next(chosen[i / classCount], i % classCount);
            table[i] = target >= 0 && live[target] ? order[sets[numbers[target]]] : -1;
        }

        return new(classCount, table, [.. chosen.Select(IsAccepting)]);
    }

    private bool[] FindLive()
    {
        var before = new List<int>[StateCount];
        for (var state = 0; state < StateCount; state++)
        {
            before[state] = [];
        }

        for (var i = 0; i < next.Length; i++)
        {
            // Many classes lead to the same state: one entry is enough.
            if (next[i] >= 0 && (before[next[i]].Count == 0 || before[next[i]][^1] != i / classCount))
            {
                before[next[i]].Add(i / classCount);
            }
        }

        var live = (bool[])accepting.Clone();
        var open = new Stack<int>(Enumerable.Range(0, StateCount).Where(IsAccepting));
        while (open.TryPop(out var state))
        {
            foreach (var other in before[state])
            {
                if (!live[other])
                {
                    live[other] = true;
                    open.Push(other);
                }
            }
        }

        return live;
    }
}
