using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Tools;

/// <summary>What stands in a layout and differs from call to call, such as an id.</summary>
/// <param name="Grammar">Makes the grammar of what the model may fill in.</param>
/// <param name="Write">Gives what is filled in for a call of the history, which has this number among those of its message, from 0.</param>
internal sealed record LayoutBlank(Func<GrammarNode> Grammar, Func<ParsedToolCall, int, string> Write);
