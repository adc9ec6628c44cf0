namespace LocalSlm.Constraints.Grammar;

/// <summary>All items, in order; none is the empty text.</summary>
internal sealed class SequenceNode(IReadOnlyList<GrammarNode> items) : GrammarNode
{
    public IReadOnlyList<GrammarNode> Items { get; } = items;
}
