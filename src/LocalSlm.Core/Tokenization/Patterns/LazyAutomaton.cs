namespace LocalSlm.Tokenization.Patterns;

/// <summary>A deterministic automaton for matches that begin at a given place, whose states are made as texts ask for them.
/// Safe for concurrent use: states are immutable but for their table of successors, which is filled with single writes.</summary>
/// <remarks>Assertions look at the code point behind a place, so whether a match ended is known one code point later, and is kept
/// in the state that this code point leads to.</remarks>
internal sealed class LazyAutomaton
{
    private const int MostStates = 4_096;
    private const int MostTableEntries = 2_000_000;

    private readonly PatternProgram _program;
    private readonly Lock _lock = new();
    private readonly int _edge;
    private Dictionary<StateKey, AutomatonState> _states = [];
    private AutomatonState?[] _starts;

    // Work space of the one who makes a state; under the lock.
    private readonly int[] _marks;
    private readonly Stack<int> _stack = new();
    private int _mark;

    public LazyAutomaton(PatternProgram program)
    {
        _program = program;
        _edge = program.Classes.Count;
        _starts = new AutomatonState?[_edge + 1];
        _marks = new int[program.Code.Length];
    }

    /// <summary>Gets the state in which a search begins.</summary>
    /// <param name="before">The class before the place.</param>
    public AutomatonState Start(int before) => _starts[_program.SeesBefore ? before : 0] ?? MakeStart(before);

    /// <summary>Gets the state that a class leads to.</summary>
    public AutomatonState Step(AutomatonState state, int characterClass) =>
        state.Next[characterClass] ?? MakeStep(state, characterClass);

    private AutomatonState MakeStart(int before)
    {
        lock (_lock)
        {
            if (!_program.SeesBefore)
            {
                before = 0;
            }

            return _starts[before] ??= Intern([_program.Start], before, isMatch: false);
        }
    }

    private AutomatonState MakeStep(AutomatonState state, int characterClass)
    {
        lock (_lock)
        {
            if (state.Next[characterClass] is { } known)
            {
                return known;
            }

            var takes = new List<int>();
            var isMatch = Close(state, characterClass, takes);
            var threads = new List<int>();
            if (characterClass != _edge)
            {
                _mark++;
                foreach (var take in takes)
                {
                    var instruction = _program.Code[take];
                    if (_program.Members[instruction.Argument][characterClass] && _marks[instruction.Next] != _mark)
                    {
                        _marks[instruction.Next] = _mark;
                        threads.Add(instruction.Next);
                    }
                }
            }

            var next = Intern([.. threads], _program.SeesBefore ? characterClass : 0, isMatch);
            state.Next[characterClass] = next;
            return next;
        }
    }

    /// <summary>Follows all steps that take nothing, in order of preference, and stops at a match: what comes after is worse.</summary>
    private bool Close(AutomatonState state, int after, List<int> takes)
    {
        _mark++;
        foreach (var thread in state.Threads)
        {
            _stack.Push(thread);
            while (_stack.TryPop(out var at))
            {
                if (_marks[at] == _mark)
                {
                    continue;
                }

                _marks[at] = _mark;
                var instruction = _program.Code[at];
                switch (instruction.Operation)
                {
                    case Operation.Take:
                        takes.Add(at);
                        break;
                    case Operation.Fork:
                        _stack.Push(instruction.Argument);
                        _stack.Push(instruction.Next);
                        break;
                    case Operation.Check:
                        if (_program.Checks[instruction.Argument].Holds(state.Before, after))
                        {
                            _stack.Push(instruction.Next);
                        }

                        break;
                    default:
                        _stack.Clear();
                        return true;
                }
            }
        }

        return false;
    }

    private AutomatonState Intern(int[] threads, int before, bool isMatch)
    {
        var key = new StateKey(threads, before, isMatch);
        if (_states.TryGetValue(key, out var state))
        {
            return state;
        }

        if (_states.Count >= Math.Min(MostStates, MostTableEntries / (_edge + 1)))
        {
            // Begin anew: whoever walks the old states goes on with them, and they are collected once nobody does.
            _states = [];
            _starts = new AutomatonState?[_edge + 1];
        }

        state = new AutomatonState(threads, before, isMatch, _edge);
        _states.Add(key, state);
        return state;
    }

    private readonly struct StateKey(int[] threads, int before, bool isMatch) : IEquatable<StateKey>
    {
        private readonly int[] _threads = threads;
        private readonly int _before = before;
        private readonly bool _isMatch = isMatch;

        public bool Equals(StateKey other) =>
            _before == other._before && _isMatch == other._isMatch && _threads.AsSpan().SequenceEqual(other._threads);

        public override bool Equals(object? obj) => obj is StateKey other && Equals(other);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            hash.Add(_before);
            hash.Add(_isMatch);
            foreach (var thread in _threads)
            {
                hash.Add(thread);
            }

            return hash.ToHashCode();
        }
    }
}
