using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Chat;

/// <summary>What the text of a reply must be.</summary>
/// <param name="Source">The option that says so, such as <c>ResponseFormat</c>.</param>
/// <param name="Key">Equal keys mean equal grammars.</param>
/// <param name="Node">The grammar.</param>
internal sealed record RequestConstraint(string Source, string Key, GrammarNode Node)
{
    /// <summary>Gets what a lenient schema leaves unenforced; empty if nothing.</summary>
    public IReadOnlyList<string> Downgrades { get; init; } = [];
}
