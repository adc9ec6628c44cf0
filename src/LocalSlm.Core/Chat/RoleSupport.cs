namespace LocalSlm.Chat;

/// <summary>Finds out, once for each template, whether messages of a role reach the prompt at all: some templates skip
/// system or tool messages without a word, or system messages that do not come first.</summary>
internal sealed class RoleSupport(IPromptFormat format)
{
    private const string Probe = "LocalSlmProbe";

    private static readonly PromptMessage s_user = new(PromptMessage.User, "a");
    private static readonly PromptMessage s_assistant = new(PromptMessage.Assistant, "b");
    private static readonly PromptMessage s_system = new(PromptMessage.System, Probe);
    private static readonly PromptMessage s_tool = new(PromptMessage.Tool, Probe);

    private readonly Lazy<bool> _firstSystem = new(() => Reaches(format, [s_system, s_user]));
    private readonly Lazy<bool> _laterSystem = new(() => Reaches(format, [s_user, s_assistant, s_system, s_user]));
    private readonly Lazy<bool> _tool = new(() => Reaches(format, [s_user, s_assistant, s_tool]));

    private readonly Lazy<bool> _takesSystemText = new(() => TryReach(format, [s_system, s_user]) is true);

    /// <summary>Gets a value indicating whether it is certain that system text at the start is rendered.</summary>
    public bool TakesSystemText => _takesSystemText.Value;

    /// <summary>Gets the template.</summary>
    public IPromptFormat Format => format;

    /// <summary>Tells whether the text of a role's messages is rendered.</summary>
    /// <param name="role">The role.</param>
    /// <param name="isFirst">Whether the message is the first of the conversation.</param>
    /// <returns><see langword="false"/> where it is certain that it is not.</returns>
    public bool Renders(string role, bool isFirst) =>
        role switch
        {
            PromptMessage.System => isFirst ? _firstSystem.Value : _laterSystem.Value,
            PromptMessage.Tool => _tool.Value,
            _ => true,
        };

    // Where it refuses the probe, what it says to the request itself reaches the caller in its own words.
    private static bool Reaches(IPromptFormat format, IReadOnlyList<PromptMessage> messages) =>
        TryReach(format, messages) ?? true;

    private static bool? TryReach(IPromptFormat format, IReadOnlyList<PromptMessage> messages)
    {
        try
        {
            var prompt = format.Render(
                new PromptInput { Messages = messages, Variables = new Dictionary<string, object?>() }
            );
            return string.Concat(prompt.Select(static span => span.Text)).Contains(Probe, StringComparison.Ordinal);
        }
        catch (ChatTemplateException)
        {
            return null;
        }
    }
}
