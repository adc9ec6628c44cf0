namespace LocalSlm.Constraints.Regular;

/// <summary>Finds the deterministic automaton of a pattern: its states are sets of places that attempts may stand at, each with what
/// the rest of the text must be for the looks ahead on the way.</summary>
internal sealed class PatternDeterminizer
{
    private const int Match = 0;
    private const int Dead = -1;

    private readonly PatternSteps _program;
    private readonly PatternDuties _duties;
    private readonly int[] _befores;
    private readonly int[][] _afters;
    private readonly int[] _marks;
    private readonly HashSet<(int Step, int Duty)> _seen = [];
    private readonly Stack<(int Step, int Duty)> _stack = new();
    private readonly PatternDeterminizer _root;
    private int _mark;
    private long _work;

    /// <summary>Creates it for a program.</summary>
    public PatternDeterminizer(PatternSteps program)
    {
        (_program, _root) = (program, this);
        _duties = new(program, this);
        _marks = new int[program.Steps.Length];
        _befores = Group(check => check.Before);
        _afters =
        [
            .. Group(check => check.After)
                .Select((group, symbol) => (group, symbol))
                .Where(pair => pair.symbol < program.ClassCount && program.Members[0][pair.symbol])
                .GroupBy(pair => pair.group, pair => pair.symbol)
                .Select(group => group.ToArray()),
        ];
    }

    private PatternDeterminizer(PatternDeterminizer outer)
    {
        (_program, _root, _duties) = (outer._program, outer._root, outer._duties);
        (_befores, _afters) = (outer._befores, outer._afters);
        _marks = new int[_program.Steps.Length];
    }

    /// <summary>Creates one for a look ahead, which is met in the middle of the work; the limit of work is shared.</summary>
    public PatternDeterminizer Nest() => new(this);

    /// <summary>Finds the automaton that begins at a step.</summary>
    /// <param name="start">The step.</param>
    /// <param name="before">The class of the character before the text, or the edge.</param>
    public ClassAutomaton Determinize(int start, int before)
    {
        var classCount = _program.ClassCount;
        var known = new Dictionary<StateKey, int>();
        var states = new List<StateKey>();
        var table = new List<int[]>();
        var accepting = new List<bool>();
        Reach(new(_befores[before], [(start, 0)]));
        for (var state = 0; state < states.Count; state++)
        {
            var (context, threads) = (states[state].Before, states[state].Threads);
            Spend(classCount);
            var row = new int[classCount];
            Array.Fill(row, Dead);
            foreach (var symbols in _afters)
            {
                var takes = Follow(threads, context, symbols[0], out var isMatch);
                foreach (var symbol in symbols)
                {
                    var moved = isMatch ? [(Match, 0)] : Move(takes, symbol);
                    if (moved.Length > 0)
                    {
                        row[symbol] = Reach(new(isMatch ? _program.Edge : _befores[symbol], moved));
                    }
                }
            }

            table.Add(row);
            var atEnd = Follow(threads, context, _program.Edge, out var matches);
            accepting.Add(matches || atEnd.Exists(thread => thread.Step == Match && _duties.AreMetAtEnd(thread.Duty)));
        }

        return new(classCount, [.. table.SelectMany(row => row)], [.. accepting]);

        int Reach(StateKey key)
        {
            if (!known.TryGetValue(key, out var state))
            {
                if (states.Count >= RegularLimits.MostPatternStates)
                {
                    throw RegularLimits.TooLarge("regular expression", "states", RegularLimits.MostPatternStates);
                }

                state = states.Count;
                states.Add(key);
                known.Add(key, state);
            }

            return state;
        }
    }

    /// <summary>Counts work, and ends it where it becomes too much.</summary>
    public void Spend(int amount)
    {
        _root._work += amount;
        if (_root._work > RegularLimits.MostPatternWork)
        {
            throw RegularLimits.TooLarge("regular expression", "steps of work", RegularLimits.MostPatternWork);
        }
    }

    /// <summary>Gets for each class, and the edge, the first class that no check tells from it.</summary>
    private int[] Group(Func<Tokenization.Patterns.BoundaryCheck, bool[]?> side)
    {
        var groups = new int[_program.ClassCount + 1];
        var known = new Dictionary<string, int>(StringComparer.Ordinal);
        var sides = _program.Checks.Select(side).OfType<bool[]>().Distinct().ToArray();
        for (var symbol = 0; symbol <= _program.ClassCount; symbol++)
        {
            var signature = string.Concat(sides.Select(allowed => allowed[symbol] ? '1' : '0'));
            groups[symbol] = known.TryGetValue(signature, out var first) ? first : symbol;
            known.TryAdd(signature, symbol);
        }

        return groups;
    }

    /// <summary>Follows all ways that take no character.</summary>
    /// <param name="threads">Where the attempts stand.</param>
    /// <param name="before">The class before.</param>
    /// <param name="after">The class that follows.</param>
    /// <param name="isMatch">Whether the text is accepted whatever follows.</param>
    /// <returns>The places that take a character, or match.</returns>
    private List<(int Step, int Duty)> Follow((int Step, int Duty)[] threads, int before, int after, out bool isMatch)
    {
        var takes = new List<(int Step, int Duty)>();
        _mark++;
        _seen.Clear();
        _stack.Clear();
        isMatch = false;
        foreach (var thread in threads)
        {
            _stack.Push(thread);
        }

        var visits = 0;
        while (_stack.TryPop(out var thread))
        {
            if (_marks[thread.Step] == _mark)
            {
                continue;
            }

            visits++;
            if (thread.Duty == 0)
            {
                _marks[thread.Step] = _mark;
            }
            else if (!_seen.Add(thread))
            {
                continue;
            }

            var step = _program.Steps[thread.Step];
            switch (step.Kind)
            {
                case PatternStepKind.Match when thread.Duty == 0:
                    isMatch = true;
                    Spend(visits);
                    return takes;
                case PatternStepKind.Match:
                case PatternStepKind.Take:
                    takes.Add(thread);
                    break;
                case PatternStepKind.Fork:
                    _stack.Push((step.Argument, thread.Duty));
                    _stack.Push((step.Next, thread.Duty));
                    break;
                case PatternStepKind.Check when _program.Checks[step.Argument].Holds(before, after):
                    _stack.Push((step.Next, thread.Duty));
                    break;
                case PatternStepKind.Look:
                    if (_duties.Add(thread.Duty, step.Argument, before) is var duty && duty >= 0)
                    {
                        _stack.Push((step.Next, duty));
                    }

                    break;
            }
        }

        Spend(visits);
        return takes;
    }

    private (int Step, int Duty)[] Move(List<(int Step, int Duty)> takes, int symbol)
    {
        Spend(takes.Count);
        var moved = new List<(int Step, int Duty)>();
        foreach (var (place, duty) in takes)
        {
            var step = _program.Steps[place];
            if (step.Kind == PatternStepKind.Take && !_program.Members[step.Argument][symbol])
            {
                continue;
            }

            if (_duties.Move(duty, symbol) is var left && left >= 0)
            {
                moved.Add((step.Next, left));
            }
        }

        moved.Sort();
        var distinct = new List<(int Step, int Duty)>(moved.Count);
        foreach (var thread in moved)
        {
            // Duties are sorted: a place without any makes the same place with some superfluous.
            if (distinct.Count == 0 || (distinct[^1] != thread && distinct[^1] != (thread.Step, 0)))
            {
                distinct.Add(thread);
            }
        }

        return [.. distinct];
    }

    private readonly struct StateKey(int before, (int Step, int Duty)[] threads) : IEquatable<StateKey>
    {
        public int Before { get; } = before;

        public (int Step, int Duty)[] Threads { get; } = threads;

        public bool Equals(StateKey other) => Before == other.Before && Threads.AsSpan().SequenceEqual(other.Threads);

        public override bool Equals(object? obj) => obj is StateKey other && Equals(other);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            hash.Add(Before);
            foreach (var (step, duty) in Threads)
            {
                hash.Add(step);
                hash.Add(duty);
            }

            return hash.ToHashCode();
        }
    }
}
