using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Constraints;

/// <summary>The model writes what a grammar allows, and nothing else.</summary>
internal sealed record GrammarPhase : ReplyPhase
{
    /// <summary>Gets the grammar.</summary>
    public required GrammarSource Grammar { get; init; }

    /// <summary>Gets texts of the grammar with which it may begin, and behind which another phase follows instead of the rest: what opens
    /// reasoning, before a reply that is bound.</summary>
    public IReadOnlyList<PhaseTrigger> Openings { get; init; } = [];

    /// <summary>Gets the phase that may follow once the grammar's text is complete: its text begins where the grammar can match no
    /// further. <see langword="null"/>: the reply ends there.</summary>
    public int? Next { get; init; }
}
