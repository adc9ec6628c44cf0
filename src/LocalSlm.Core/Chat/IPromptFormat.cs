namespace LocalSlm.Chat;

/// <summary>Turns a conversation into the form a model was trained on. Safe for concurrent use.</summary>
internal interface IPromptFormat
{
    /// <summary>Renders a conversation.</summary>
    /// <param name="input">The conversation.</param>
    /// <returns>The prompt; spans of text from the caller are marked as such.</returns>
    /// <exception cref="ChatTemplateException">The template refuses the conversation or goes over its limits.</exception>
    IReadOnlyList<PromptSpan> Render(PromptInput input);
}
