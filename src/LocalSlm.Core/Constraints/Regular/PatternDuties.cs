namespace LocalSlm.Constraints.Regular;

/// <summary>What looks ahead demand of the rest of the text: sets of states of their automata, all of which must accept it. Each set
/// has a number; 0 is the one without demands.</summary>
internal sealed class PatternDuties
{
    private const int None = 0;
    private const int Broken = -1;

    private readonly PatternSteps _program;
    private readonly PatternDeterminizer _determinizer;
    private readonly Dictionary<(int Look, int Before), int> _automatonNumbers = [];
    private readonly List<ClassAutomaton> _automata = [];
    private readonly List<bool[]> _fulfilled = [];
    private readonly List<(int Automaton, int State)[]> _sets =
    [
        [],
    ];
    private readonly Dictionary<(int Automaton, int State)[], int> _setNumbers = new(DutyComparer.Instance);
    private readonly Dictionary<(int Set, int Automaton), int> _additions = [];
    private readonly Dictionary<(int Set, int Symbol), int> _moves = [];

    /// <summary>Creates it for a program.</summary>
    public PatternDuties(PatternSteps program, PatternDeterminizer determinizer) =>
        (_program, _determinizer) = (program, determinizer);

    /// <summary>Adds the demand of a look ahead to a set.</summary>
    /// <param name="set">The set.</param>
    /// <param name="look">The look ahead.</param>
    /// <param name="before">The class before the place.</param>
    /// <returns>The new set; -1 if no text can meet it.</returns>
    public int Add(int set, int look, int before)
    {
        if (!_automatonNumbers.TryGetValue((look, before), out var number))
        {
            number = Build(look, before);
            _automatonNumbers.Add((look, before), number);
        }

        if (_automata[number].StateCount == 0 || _fulfilled[number][0])
        {
            return _automata[number].StateCount == 0 ? Broken : set;
        }

        if (!_additions.TryGetValue((set, number), out var added))
        {
            added = NumberOf([.. _sets[set], (number, 0)]);
            _additions.Add((set, number), added);
        }

        return added;
    }

    /// <summary>Gets what is left of a set behind a character.</summary>
    /// <returns>The set; -1 if no text can meet it.</returns>
    public int Move(int set, int symbol)
    {
        if (set == None)
        {
            return None;
        }

        if (!_moves.TryGetValue((set, symbol), out var moved))
        {
            moved = Find(set, symbol);
            _moves.Add((set, symbol), moved);
        }

        return moved;
    }

    /// <summary>Tells whether the end of the text meets all demands of a set.</summary>
    public bool AreMetAtEnd(int set) =>
        Array.TrueForAll(_sets[set], duty => _automata[duty.Automaton].IsAccepting(duty.State));

    private int Find(int set, int symbol)
    {
        var left = new List<(int Automaton, int State)>();
        _determinizer.Spend(_sets[set].Length);
        foreach (var (automaton, state) in _sets[set])
        {
            var next = _automata[automaton].Next(state, symbol);
            if (next < 0)
            {
                return Broken;
            }

            if (!_fulfilled[automaton][next])
            {
                left.Add((automaton, next));
            }
        }

        return NumberOf(left);
    }

    private int Build(int look, int before)
    {
        var (start, isNegative) = _program.Looks[look];
        var symbols = _program.Members[0];

        var automaton = _determinizer.Nest().Determinize(start, before);
        automaton = (isNegative ? automaton.Complement(symbols) : automaton).Minimize();
        _automata.Add(automaton);
        _fulfilled.Add([
            .. Enumerable.Range(0, automaton.StateCount).Select(state => automaton.AcceptsAll(state, symbols)),
        ]);
        return _automata.Count - 1;
    }

    private int NumberOf(List<(int Automaton, int State)> duties)
    {
        if (duties.Count == 0)
        {
            return None;
        }

        _determinizer.Spend(duties.Count * 4);
        duties.Sort();
        var count = 1;
        for (var i = 1; i < duties.Count; i++)
        {
            if (duties[i] != duties[i - 1])
            {
                duties[count++] = duties[i];
            }
        }

        duties.RemoveRange(count, duties.Count - count);
        (int Automaton, int State)[] key = [.. duties];
        if (!_setNumbers.TryGetValue(key, out var number))
        {
            number = _sets.Count;
            _sets.Add(key);
            _setNumbers.Add(key, number);
        }

        return number;
    }

    private sealed class DutyComparer : IEqualityComparer<(int Automaton, int State)[]>
    {
        public static readonly DutyComparer Instance = new();

        public bool Equals((int Automaton, int State)[]? x, (int Automaton, int State)[]? y) =>
            x.AsSpan().SequenceEqual(y);

        public int GetHashCode((int Automaton, int State)[] obj)
        {
            var hash = new HashCode();
            foreach (var (automaton, state) in obj)
            {
                hash.Add(automaton);
                hash.Add(state);
            }

            return hash.ToHashCode();
        }
    }
}
