namespace LocalSlm.Chat;

/// <summary>A message as chat templates know it. Every text in it came from the caller.</summary>
/// <param name="Role">The role's name, such as <c>user</c>.</param>
/// <param name="Content">The text; may be empty.</param>
/// <param name="Reasoning">The reasoning of an earlier reply, or <see langword="null"/>.</param>
/// <param name="Name">The author's name, or <see langword="null"/>.</param>
internal sealed record PromptMessage(string Role, string Content, string? Reasoning = null, string? Name = null)
{
    public const string System = "system";
    public const string User = "user";
    public const string Assistant = "assistant";
    public const string Tool = "tool";
}
