namespace LocalSlm.Chat;

/// <summary>Finds out, once for each template, whether messages of a role reach the prompt at all: some templates skip
/// system or tool messages without a word.</summary>
internal sealed class RoleSupport(IPromptFormat format)
{
    private const string Probe = "LocalSlmProbe";

    private readonly Lazy<bool> _system = new(() =>
        Reaches(format, [new PromptMessage(PromptMessage.System, Probe), new PromptMessage(PromptMessage.User, "a")])
    );

    private readonly Lazy<bool> _tool = new(() =>
        Reaches(
            format,
            [
                new PromptMessage(PromptMessage.User, "a"),
                new PromptMessage(PromptMessage.Assistant, "b"),
                new PromptMessage(PromptMessage.Tool, Probe),
            ]
        )
    );

    /// <summary>Gets the template.</summary>
    public IPromptFormat Format => format;

    /// <summary>Tells whether the text of a role's messages is rendered.</summary>
    /// <param name="role">The role.</param>
    /// <returns><see langword="false"/> where it is certain that it is not.</returns>
    public bool Renders(string role) =>
        role switch
        {
            PromptMessage.System => _system.Value,
            PromptMessage.Tool => _tool.Value,
            _ => true,
        };

    private static bool Reaches(IPromptFormat format, IReadOnlyList<PromptMessage> messages)
    {
        try
        {
            var prompt = format.Render(
                new PromptInput { Messages = messages, Variables = new Dictionary<string, object?>() }
            );
            return string.Concat(prompt.Select(span => span.Text)).Contains(Probe, StringComparison.Ordinal);
        }
        catch (ChatTemplateException)
        {
            // It refuses the probe; what it says to the request itself reaches the caller in its own words.
            return true;
        }
    }
}
