namespace LocalSlm.Constraints;

/// <summary>What a reply may be, from its first token to its last: phases of free text and of grammar. Immutable; the engine makes
/// the state of one reply from it.</summary>
internal sealed record ReplyShape
{
    /// <summary>Gets the phases; a reply begins in the first.</summary>
    public required IReadOnlyList<ReplyPhase> Phases { get; init; }

    /// <summary>Gets what turns the error of a grammar that proves too large, or too ambiguous, into one that names what the caller
    /// gave.</summary>
    public Func<GrammarException, Exception> Explain { get; init; } = static error => error;
}
