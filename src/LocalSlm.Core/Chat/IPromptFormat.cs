using LocalSlm.Tools;

namespace LocalSlm.Chat;

/// <summary>Turns a conversation into the form a model was trained on. Safe for concurrent use.</summary>
internal interface IPromptFormat
{
    /// <summary>Gets the template's source, from which its family is known; <see langword="null"/> if it cannot be used.</summary>
    string? Source { get; }

    /// <summary>Gets the names of the variables that the template knows.</summary>
    IReadOnlyCollection<string> VariableNames { get; }

    /// <summary>Gets what renders samples with the template, to see how it writes calls; <see langword="null"/> if nothing does.</summary>
    TemplateRenderer? Samples { get; }

    /// <summary>Renders a conversation.</summary>
    /// <param name="input">The conversation.</param>
    /// <returns>The prompt; spans of text from the caller are marked as such.</returns>
    /// <exception cref="ChatTemplateException">The template refuses the conversation or goes over its limits.</exception>
    IReadOnlyList<PromptSpan> Render(PromptInput input);
}
