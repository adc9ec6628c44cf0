namespace LocalSlm.Constraints.Grammar;

/// <summary>A named rule. It may be used before its body is set, so that rules may be recursive; left recursion is refused when the
/// grammar is compiled.</summary>
internal sealed class RuleNode(string name) : GrammarNode
{
    private GrammarNode? _body;

    /// <summary>Gets the name, for messages.</summary>
    public string Name { get; } = name;

    /// <summary>Gets or sets what it stands for.</summary>
    public GrammarNode Body
    {
        get => _body ?? throw new InvalidOperationException($"The rule '{Name}' has no body yet.");
        set => _body = value;
    }
}
