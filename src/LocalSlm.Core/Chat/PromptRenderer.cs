using LocalSlm.Tools;

namespace LocalSlm.Chat;

/// <summary>Renders requests: through the request's own template, the model's, or none. Safe for concurrent use.</summary>
internal sealed class PromptRenderer(ChatModelServices services)
{
    // Templates that requests bring are few; a caller that makes a new one each time must not fill the memory.
    private const int MaxParsedTemplates = 16;

    private readonly BoundedCache<TemplateProfile> _parsed = new(MaxParsedTemplates);
    private readonly TemplateProfile? _own = services.PromptFormat is null
        ? null
        : new TemplateProfile(services.Info.Name, services.PromptFormat, services.ToolFormat);

    /// <summary>Gets a value indicating whether the tokenizer adds what stands at the start of every text: templates write that
    /// themselves.</summary>
    /// <param name="request">The request.</param>
    /// <returns><see langword="true"/> for raw completions.</returns>
    public static bool AddsSpecialTokens(ChatRequest request) => request.RawCompletion;

    /// <summary>Finds what is known of the template that a request is rendered with.</summary>
    /// <param name="request">The request.</param>
    /// <returns>It; <see langword="null"/> for a raw completion.</returns>
    /// <exception cref="UnsupportedModelException">The model has no chat template.</exception>
    /// <exception cref="ChatTemplateException">The request's template cannot be parsed.</exception>
    public TemplateProfile? ProfileOf(ChatRequest request)
    {
        if (request.RawCompletion)
        {
            return null;
        }

        if (request is { Template: null, ToolFormat: null })
        {
            return _own ?? throw NoTemplate();
        }

        return _parsed.GetOrAdd(
            $"{request.ToolFormat}\n{request.Template}",
            () =>
                new TemplateProfile(
                    services.Info.Name,
                    request.Template is { } template
                        ? services.ParsePromptFormat(template)
                        : services.PromptFormat ?? throw NoTemplate(),
                    request.ToolFormat is { } name ? ToolFormats.Find(name) : services.ToolFormat
                )
        );
    }

    /// <summary>Renders a request with other messages in place of its own.</summary>
    /// <param name="request">The request.</param>
    /// <param name="messages">The messages to render.</param>
    /// <param name="continueFinalMessage">Whether the last one is left open.</param>
    /// <returns>The prompt.</returns>
    /// <exception cref="UnsupportedModelException">The model has no chat template.</exception>
    /// <exception cref="ChatTemplateException">The template refuses the conversation.</exception>
    /// <exception cref="NotSupportedException">The template drops messages of a role that is used, or cannot do what is wished of the
    /// reasoning.</exception>
    public IReadOnlyList<PromptSpan> Render(
        ChatRequest request,
        IReadOnlyList<PromptMessage> messages,
        bool continueFinalMessage
    ) =>
        ProfileOf(request) is { } profile
            ? profile.Render(request, messages, continueFinalMessage)
            : [.. messages.Select(static message => new PromptSpan(message.Content, IsControl: false))];

    private UnsupportedModelException NoTemplate() =>
        new(
            services.Info.Name,
            services.Info.Facts.Architecture,
            "it has no chat template. Give one in ModelLoadOptions.ChatTemplate or ChatOptions.ChatTemplate, or set "
                + "ChatOptions.RawCompletion."
        );
}
