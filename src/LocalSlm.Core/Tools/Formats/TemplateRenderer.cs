namespace LocalSlm.Tools;

/// <summary>Renders a conversation with a model's chat template, without the start of a reply.</summary>
/// <param name="messages">The messages as templates take them: dictionaries with <c>role</c>, <c>content</c>, <c>tool_calls</c>.</param>
/// <param name="tools">The tools as templates take them.</param>
/// <returns>The text.</returns>
/// <exception cref="ChatTemplateException">The template refuses the conversation.</exception>
internal delegate string TemplateRenderer(IReadOnlyList<object?> messages, IReadOnlyList<object?> tools);
