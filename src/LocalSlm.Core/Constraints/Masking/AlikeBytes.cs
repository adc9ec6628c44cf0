using LocalSlm.Constraints.Automaton;

namespace LocalSlm.Constraints.Masking;

/// <summary>Tells whether the bytes of one set lead on from a state in the same way, and keeps the last answer: states that differ in
/// counters alone, as those of a counted repeat, have the same one. Not safe for concurrent use.</summary>
internal sealed class AlikeBytes
{
    private readonly List<(int Place, int State)> _asked = [];
    private bool _answer;

    /// <param name="grammar">The grammar.</param>
    /// <param name="state">The state.</param>
    /// <param name="bytes">The set, the same in every call.</param>
    /// <returns><see langword="true"/> if they all lead to one state; <see langword="false"/> if that is not known.</returns>
    public bool AreAlike(CompiledGrammar grammar, GrammarState state, ReadOnlySpan<byte> bytes)
    {
        var configurations = state.Configurations;
        if (!IsSameAsBefore(configurations))
        {
            _asked.Clear();
            _answer = true;
            foreach (var configuration in configurations)
            {
                _asked.Add((configuration.Place, configuration.State));
                _answer = _answer && AreAlike(grammar, configuration, bytes);
            }
        }

        return _answer;
    }

    private bool IsSameAsBefore(ReadOnlySpan<Configuration> configurations)
    {
        if (_asked.Count != configurations.Length)
        {
            return false;
        }

        for (var i = 0; i < configurations.Length; i++)
        {
            if (_asked[i] != (configurations[i].Place, configurations[i].State))
            {
                return false;
            }
        }

        return true;
    }

    private static bool AreAlike(CompiledGrammar grammar, Configuration configuration, ReadOnlySpan<byte> bytes)
    {
        var instruction = grammar.Instructions[configuration.Place];
        if (instruction.Operation == Operation.Byte)
        {
            return !bytes.Contains((byte)instruction.Operand) || bytes.Length == 1;
        }

        var automaton = grammar.Automata[instruction.Operand];
        var next = automaton.Next(configuration.State, bytes[0]);
        foreach (var value in bytes[1..])
        {
            if (automaton.Next(configuration.State, value) != next)
            {
                return false;
            }
        }

        return true;
    }
}
