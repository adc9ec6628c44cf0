using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Tools;

/// <summary>The grammar of a format's calls.</summary>
/// <param name="Forced">The whole of a reply that must call: begins at the start of the reply (behind any reasoning).</param>
/// <param name="Triggers">The texts that begin a call in free text, each with the grammar of what follows it.</param>
internal sealed record ToolGrammar(GrammarNode Forced, IReadOnlyList<ToolTrigger> Triggers);
