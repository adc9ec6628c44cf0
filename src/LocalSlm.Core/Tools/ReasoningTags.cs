namespace LocalSlm.Tools;

/// <summary>How a family marks its thinking.</summary>
/// <param name="Open">What begins it, such as <c>&lt;think&gt;</c>.</param>
/// <param name="Close">What ends it, such as <c>&lt;/think&gt;</c>.</param>
internal sealed record ReasoningTags(string Open, string Close)
{
    /// <summary>Gets the tags that most families think between.</summary>
    public static ReasoningTags Think { get; } = new("<think>", "</think>");

    /// <summary>Gets the text that closes reasoning which has used up its budget.</summary>
    public string ClosingText { get; init; } = $"\n{Close}\n\n";
}
