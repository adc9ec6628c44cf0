using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Chat;

/// <summary>The grammar of a request's calls, with the keys under which its parts are kept compiled.</summary>
/// <param name="Forced">The whole of a reply that must call.</param>
/// <param name="Triggers">What begins calls in free text.</param>
internal sealed record CallGrammar(GrammarSource Forced, IReadOnlyList<CallTrigger> Triggers)
{
    /// <summary>Gets what lenient schemas leave unenforced.</summary>
    public IReadOnlyList<string> Downgrades { get; init; } = [];
}
