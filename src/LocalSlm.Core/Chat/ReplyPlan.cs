using LocalSlm.Constraints;
using LocalSlm.Tools;

namespace LocalSlm.Chat;

/// <summary>How one reply is generated and read.</summary>
internal sealed record ReplyPlan
{
    /// <summary>Gets the plan of a reply that is free text and is not parsed.</summary>
    public static ReplyPlan Plain { get; } = new();

    /// <summary>Gets what the reply may be; <see langword="null"/> for free text.</summary>
    public ReplyShape? Shape { get; init; }

    /// <summary>Gets the family whose parser reads the reply; <see langword="null"/> if all of it is text.</summary>
    public ToolFormat? Family { get; init; }

    /// <summary>Gets what the parser must know.</summary>
    public ReplyParserInput ParserInput { get; init; } = new();

    /// <summary>Gets a value indicating whether reasoning is left out of the reply.</summary>
    public bool HidesReasoning { get; init; }

    /// <summary>Gets the ids of calls in the history, which no new call may have.</summary>
    public IReadOnlySet<string> UsedCallIds { get; init; } = new HashSet<string>();

    /// <summary>Gets what a lenient schema leaves unenforced.</summary>
    public IReadOnlyList<string> Downgrades { get; init; } = [];

    /// <summary>Gets a value indicating whether the names of control tokens must be part of the text that is read.</summary>
    public bool IncludesControlTokens => Family?.ReadsControlTokens ?? false;
}
