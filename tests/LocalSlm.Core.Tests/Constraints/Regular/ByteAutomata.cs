using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Tests.Constraints.Regular;

/// <summary>What tests ask of a <see cref="ByteAutomaton"/>.</summary>
internal static class ByteAutomata
{
    public static bool Accepts(this ByteAutomaton automaton, string text) =>
        automaton.Accepts(System.Text.Encoding.UTF8.GetBytes(text));

    public static bool Accepts(this ByteAutomaton automaton, ReadOnlySpan<byte> bytes)
    {
        if (automaton.StateCount == 0)
        {
            return false;
        }

        var state = ByteAutomaton.Start;
        foreach (var value in bytes)
        {
            state = automaton.Next(state, value);
            if (state == ByteAutomaton.Dead)
            {
                return false;
            }
        }

        return automaton.IsAccepting(state);
    }

    /// <summary>Gets the states from which no text is accepted, which there must not be.</summary>
    public static List<int> FindLost(this ByteAutomaton automaton)
    {
        var before = new List<int>[automaton.StateCount];
        for (var state = 0; state < before.Length; state++)
        {
            before[state] = [];
        }

        for (var state = 0; state < before.Length; state++)
        {
            for (var value = 0; value < 256; value++)
            {
                if (automaton.Next(state, (byte)value) is var next and >= 0)
                {
                    before[next].Add(state);
                }
            }
        }

        var live = new bool[before.Length];
        var open = new Stack<int>(Enumerable.Range(0, before.Length).Where(automaton.IsAccepting));
        while (open.TryPop(out var state))
        {
            if (!live[state])
            {
                live[state] = true;
                before[state].ForEach(open.Push);
            }
        }

        return [.. Enumerable.Range(0, before.Length).Where(state => !live[state])];
    }
}
