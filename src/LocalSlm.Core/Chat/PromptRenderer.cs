using System.Collections.Concurrent;

namespace LocalSlm.Chat;

/// <summary>Renders requests: through the request's own template, the model's, or none. Safe for concurrent use.</summary>
internal sealed class PromptRenderer(ChatModelServices services)
{
    // Templates that requests bring are few; a caller that makes a new one each time must not fill the memory.
    private const int MaxParsedTemplates = 16;

    private readonly ConcurrentDictionary<string, RoleSupport> _parsed = new();
    private readonly RoleSupport? _own = services.PromptFormat is null ? null : new RoleSupport(services.PromptFormat);

    /// <summary>Gets a value indicating whether the tokenizer adds what stands at the start of every text: templates write that
    /// themselves.</summary>
    /// <param name="request">The request.</param>
    /// <returns><see langword="true"/> for raw completions.</returns>
    public static bool AddsSpecialTokens(ChatRequest request) => request.RawCompletion;

    /// <summary>Renders a request with other messages in place of its own.</summary>
    /// <param name="request">The request.</param>
    /// <param name="messages">The messages to render.</param>
    /// <param name="continueFinalMessage">Whether the last one is left open.</param>
    /// <returns>The prompt.</returns>
    /// <exception cref="UnsupportedModelException">The model has no chat template.</exception>
    /// <exception cref="ChatTemplateException">The template refuses the conversation.</exception>
    /// <exception cref="NotSupportedException">The template drops messages of a role that is used.</exception>
    public IReadOnlyList<PromptSpan> Render(
        ChatRequest request,
        IReadOnlyList<PromptMessage> messages,
        bool continueFinalMessage
    )
    {
        if (request.RawCompletion)
        {
            return [.. messages.Select(message => new PromptSpan(message.Content, IsControl: false))];
        }

        var format = Find(request.Template);
        RefuseDroppedRoles(format, messages);
        return format.Format.Render(
            new PromptInput
            {
                Messages = messages,
                Variables = request.TemplateVariables,
                ContinueFinalMessage = continueFinalMessage,
            }
        );
    }

    private RoleSupport Find(string? template)
    {
        if (template is null)
        {
            return _own
                ?? throw new UnsupportedModelException(
                    services.Info.Name,
                    services.Info.Facts.Architecture,
                    "it has no chat template. Give one in ModelLoadOptions.ChatTemplate or ChatOptions.ChatTemplate, or set "
                        + "ChatOptions.RawCompletion."
                );
        }

        if (_parsed.TryGetValue(template, out var known))
        {
            return known;
        }

        if (_parsed.Count >= MaxParsedTemplates)
        {
            _parsed.Clear();
        }

        return _parsed[template] = new RoleSupport(services.ParsePromptFormat(template));
    }

    private void RefuseDroppedRoles(RoleSupport format, IReadOnlyList<PromptMessage> messages)
    {
        for (var index = 0; index < messages.Count; index++)
        {
            var (role, isFirst) = (messages[index].Role, index == 0);
            if (messages[index].Content.Length > 0 && !format.Renders(role, isFirst))
            {
                var place = role == PromptMessage.System && !isFirst ? " behind the first message" : "";
                throw new NotSupportedException(
                    $"The chat template of model '{services.Info.Name}' leaves out messages of the role '{role}'{place}. "
                        + "Put their text elsewhere, or give another template in ChatOptions.ChatTemplate."
                );
            }
        }
    }
}
