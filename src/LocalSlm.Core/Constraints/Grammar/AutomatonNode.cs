namespace LocalSlm.Constraints.Grammar;

/// <summary>What an automaton over bytes accepts.</summary>
internal sealed class AutomatonNode(ByteAutomaton automaton) : GrammarNode
{
    public ByteAutomaton Value { get; } = automaton;
}
