using LocalSlm.Chat;

namespace LocalSlm.Testing.Fakes;

/// <summary>ChatML, written out by hand, and a record of what was rendered.</summary>
internal sealed class ChatMlFormat : IPromptFormat
{
    /// <summary>Gets the roles that are left out without a word.</summary>
    public HashSet<string> DroppedRoles { get; } = [];

    public string? Source => null;

    /// <summary>Gets the variables that the template is said to know.</summary>
    public HashSet<string> KnownVariables { get; } = [];

    public IReadOnlyCollection<string> VariableNames => KnownVariables;

    public LocalSlm.Tools.TemplateRenderer? Samples => null;

    /// <summary>Gets the inputs, in order.</summary>
    public List<PromptInput> Inputs { get; } = [];

    public IReadOnlyList<PromptSpan> Render(PromptInput input)
    {
        Inputs.Add(input);
        var spans = new List<PromptSpan>();
        for (var index = 0; index < input.Messages.Count; index++)
        {
            var message = input.Messages[index];
            if (DroppedRoles.Contains(message.Role))
            {
                continue;
            }

            spans.Add(new PromptSpan($"<|im_start|>{message.Role}\n", IsControl: true));
            spans.Add(new PromptSpan(message.Content, IsControl: false));
            if (index < input.Messages.Count - 1 || !input.ContinueFinalMessage)
            {
                spans.Add(new PromptSpan("<|im_end|>\n", IsControl: true));
            }
        }

        if (!input.ContinueFinalMessage)
        {
            spans.Add(new PromptSpan("<|im_start|>assistant\n", IsControl: true));
        }

        return spans;
    }
}
