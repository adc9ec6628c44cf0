using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Constraints.Automaton;

/// <summary>Knows what may follow the states of finite automata: found when it is asked for, then kept. Not safe for concurrent
/// use.</summary>
internal sealed class AutomatonFollowers(ByteAutomaton[] automata)
{
    // What is kept of a state: not looked at yet, nothing follows, several bytes, or one byte from FirstByte on.
    private const short Unknown = 0;
    private const short Nothing = 1;
    private const short Several = 2;
    private const short FirstByte = 3;

    private readonly short[]?[] _followers = new short[automata.Length][];

    /// <summary>Tells whether any byte may follow.</summary>
    public bool HasAny(int automaton, int state) => Get(automaton, state) != Nothing;

    /// <summary>Gets the only byte that may follow.</summary>
    /// <returns>The byte; below 0 if there is none, or more than one.</returns>
    public int OnlyByte(int automaton, int state) => Get(automaton, state) - FirstByte;

    private short Get(int number, int state)
    {
        var automaton = automata[number];
        var followers = _followers[number] ??= new short[automaton.StateCount];
        if (followers[state] == Unknown)
        {
            followers[state] = Nothing;
            for (var b = 0; b < 256 && followers[state] != Several; b++)
            {
                if (automaton.Next(state, (byte)b) >= 0)
                {
                    followers[state] = followers[state] == Nothing ? (short)(FirstByte + b) : Several;
                }
            }
        }

        return followers[state];
    }
}
