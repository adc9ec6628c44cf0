namespace LocalSlm.Constraints.Grammar;

/// <summary>Any one of the options; none matches nothing.</summary>
internal sealed class ChoiceNode(IReadOnlyList<GrammarNode> options) : GrammarNode
{
    public IReadOnlyList<GrammarNode> Options { get; } = options;
}
