namespace LocalSlm.Chat;

/// <summary>A message as chat templates know it. Every text in it came from the caller.</summary>
/// <param name="Role">The role's name, such as <c>user</c>.</param>
/// <param name="Content">The text; may be empty.</param>
/// <param name="Reasoning">The reasoning of an earlier reply, or <see langword="null"/>.</param>
/// <param name="Name">The author's name, or that of the tool whose result it is; <see langword="null"/> if there is none.</param>
internal sealed record PromptMessage(string Role, string Content, string? Reasoning = null, string? Name = null)
{
    public const string System = "system";
    public const string User = "user";
    public const string Assistant = "assistant";
    public const string Tool = "tool";

    /// <summary>Gets the tool calls of an assistant's message; empty if there are none.</summary>
    public IReadOnlyList<PromptToolCall> ToolCalls { get; init; } = [];

    /// <summary>Gets the call whose result a tool's message is, or <see langword="null"/>.</summary>
    public string? ToolCallId { get; init; }
}
