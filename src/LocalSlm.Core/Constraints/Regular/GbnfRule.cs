using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Constraints.Regular;

/// <summary>A rule while its grammar is read.</summary>
/// <param name="node">The rule.</param>
/// <param name="seenAt">Where its name first stands.</param>
internal sealed class GbnfRule(RuleNode node, int seenAt)
{
    public RuleNode Node { get; } = node;

    public int SeenAt { get; } = seenAt;

    /// <summary>Gets or sets where it is defined; <see langword="null"/> as long as it is not.</summary>
    public int? DefinedAt { get; set; }
}
