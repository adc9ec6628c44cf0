using LocalSlm.Templating;
using LocalSlm.Tools;

namespace LocalSlm.Tests.Tools;

/// <summary>Shows sample conversations to chat templates.</summary>
internal static class TemplateRendering
{
    /// <summary>Makes the renderer of a template.</summary>
    /// <param name="template">The template.</param>
    /// <param name="bosText">The text of the token that begins a sequence.</param>
    /// <param name="eosText">The text of the token that ends one.</param>
    /// <param name="time">The clock of templates that write the date.</param>
    public static TemplateRenderer ToRenderer(
        ChatTemplate template,
        string? bosText,
        string? eosText,
        TimeProvider time
    ) =>
        (messages, tools) =>
            string.Concat(
                template
                    .Render(
                        new ChatTemplateInput
                        {
                            TimeProvider = time,
                            Variables = new Dictionary<string, object?>(StringComparer.Ordinal)
                            {
                                ["messages"] = messages,
                                ["tools"] = tools,
                                ["documents"] = null,
                                ["add_generation_prompt"] = false,
                                ["bos_token"] = bosText,
                                ["eos_token"] = eosText,
                            },
                        }
                    )
                    .Select(static span => span.Text)
            );
}
