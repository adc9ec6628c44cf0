namespace LocalSlm.Constraints.Automaton;

/// <summary>Walks a text through a grammar. Control tokens are told by <see cref="MarkerBytes"/>. Not safe for concurrent use; a clone
/// shares what was computed, so it belongs to the same thread.</summary>
internal sealed class GrammarMatcher
{
    private readonly GrammarStates _states;
    private GrammarState _state;

    public GrammarMatcher(CompiledGrammar grammar)
        : this(new GrammarStates(grammar)) { }

    public GrammarMatcher(GrammarStates states)
    {
        _states = states;
        _state = states.Start;
    }

    private GrammarMatcher(GrammarMatcher other)
    {
        _states = other._states;
        _state = other._state;
    }

    /// <summary>Gets a value indicating whether the text may end here.</summary>
    public bool IsComplete => _state.IsComplete;

    /// <summary>Gets a value indicating whether nothing may follow.</summary>
    public bool IsTerminal => _state.IsTerminal;

    /// <summary>Gets the state.</summary>
    public GrammarState State => _state;

    /// <summary>Takes in more of the text.</summary>
    /// <returns><see langword="false"/> if the grammar does not allow it; the state is then what it was.</returns>
    /// <exception cref="GrammarException">The text can be read in too many ways.</exception>
    public bool TryAdvance(ReadOnlySpan<byte> bytes)
    {
        var state = _states.Refresh(_state);
        foreach (var value in bytes)
        {
            state = _states.Step(state, value);
            if (state == GrammarState.Dead)
            {
                return false;
            }
        }

        _state = state;
        return true;
    }

    /// <summary>Begins anew.</summary>
    public void Reset() => _state = _states.Start;

    public GrammarMatcher Clone() => new(this);
}
