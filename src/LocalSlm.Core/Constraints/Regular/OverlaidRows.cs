using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Constraints.Regular;

/// <summary>Lays the rows of a transition table over each other, each in the gaps of the others (R. Tarjan, A. Yao, "Storing a Sparse
/// Table", 1979).</summary>
/// <param name="classCount">The length of a row.</param>
internal sealed class OverlaidRows(int classCount)
{
    // Beyond that many places in vain, the row goes to the end: the time stays linear.
    private const int MostAttempts = 32;

    private readonly List<int> _transitions = [];
    private readonly List<int> _owners = [];
    private readonly List<int> _rows = [];
    private int _firstFree;

    /// <summary>Adds the row of the next state.</summary>
    /// <param name="state">Its number: one more than the last one's.</param>
    /// <param name="entries">The classes on which it goes on, with the next states.</param>
    public void Add(int state, List<(int Symbol, int Target)> entries)
    {
        if (entries.Count == 0)
        {
            _rows.Add(0);
            return;
        }

        var lowest = entries.Min(entry => entry.Symbol);
        var row = FindPlace(entries, lowest);
        while (_owners.Count < row + classCount)
        {
            _owners.Add(ByteAutomaton.Dead);
            _transitions.Add(ByteAutomaton.Dead);
        }

        foreach (var (symbol, target) in entries)
        {
            _owners[row + symbol] = state;
            _transitions[row + symbol] = target;
        }

        _rows.Add(row);
    }

    /// <summary>Makes the automaton.</summary>
    public ByteAutomaton Build(byte[] byteClasses, bool[] accepting)
    {
        // A state without transitions has the first row, which must be there.
        while (_owners.Count < classCount)
        {
            _owners.Add(ByteAutomaton.Dead);
            _transitions.Add(ByteAutomaton.Dead);
        }

        return new(byteClasses, classCount, [.. _transitions], [.. _owners], [.. _rows], accepting);
    }

    private int FindPlace(List<(int Symbol, int Target)> entries, int lowest)
    {
        while (_firstFree < _owners.Count && _owners[_firstFree] >= 0)
        {
            _firstFree++;
        }

        var end = Math.Min(_owners.Count, _firstFree + MostAttempts);
        for (var place = _firstFree; place < end; place++)
        {
            var row = place - lowest;
            if (
                row >= 0
                && entries.TrueForAll(entry => row + entry.Symbol >= _owners.Count || _owners[row + entry.Symbol] < 0)
            )
            {
                return row;
            }
        }

        if (end < _owners.Count)
        {
            // It is crowded here, and the gaps that stay are few: others shall not look here for long.
            _firstFree++;
        }

        return Math.Max(_owners.Count - lowest, 0);
    }
}
