namespace LocalSlm.Constraints.Grammar;

/// <summary>One control token of the vocabulary, such as <c>&lt;|tool_call|&gt;</c>. No text matches it, and it matches no text.</summary>
internal sealed class MarkerNode(string name) : GrammarNode
{
    public string Name { get; } = name;
}
