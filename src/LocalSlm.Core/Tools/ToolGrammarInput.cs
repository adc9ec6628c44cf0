using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Tools;

/// <summary>What a format builds its grammar from.</summary>
internal sealed record ToolGrammarInput
{
    /// <summary>Gets the tools that may be called; at least one.</summary>
    public required IReadOnlyList<ToolDescription> Tools { get; init; }

    /// <summary>Gets a value indicating whether several calls may stand in one reply.</summary>
    public bool AllowsSeveralCalls { get; init; } = true;

    /// <summary>Gets what makes the node of a structural text such as <c>&lt;tool_call&gt;</c>: a control token if the vocabulary has one of
    /// that name, else its bytes.</summary>
    public required Func<string, GrammarNode> Marker { get; init; }

    /// <summary>Gets what makes the grammar of a tool's arguments as JSON, white space as models write it.</summary>
    public required Func<ToolDescription, GrammarNode> JsonArguments { get; init; }

    /// <summary>Gets what makes the grammar of one JSON value from a schema, for formats that write each argument apart.</summary>
    public required Func<System.Text.Json.JsonElement, GrammarNode> JsonValue { get; init; }
}
