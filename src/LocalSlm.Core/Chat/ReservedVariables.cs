namespace LocalSlm.Chat;

/// <summary>Template variables that are made from the request and cannot be given by a caller: with them, a caller's text
/// could reach the prompt unmarked.</summary>
internal static class ReservedVariables
{
    private static readonly HashSet<string> s_names =
    [
        "messages",
        "tools",
        "documents",
        "add_generation_prompt",
        "continue_final_message",
        "bos_token",
        "eos_token",
    ];

    public static bool Contains(string name) => s_names.Contains(name);
}
