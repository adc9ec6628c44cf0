using LocalSlm.Templating;

namespace LocalSlm.Chat;

/// <summary>A chat template in Jinja, with the model's own special tokens. Every text of a conversation and every text variable
/// is the caller's: none of it can become a control token.</summary>
internal sealed class JinjaPromptFormat(string source, ITokenizer tokenizer, TimeProvider time) : IPromptFormat
{
    private readonly ChatTemplate _template = ChatTemplate.Parse(source);

    public IReadOnlyList<PromptSpan> Render(PromptInput input)
    {
        var messages = new List<object?>(input.Messages.Count);
        foreach (var message in input.Messages)
        {
            messages.Add(Describe(message, messages.Count));
        }

        // Transformers gives tools and documents always, as None when there are none; templates test them for truth.
        var variables = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["messages"] = messages,
            ["tools"] = null,
            ["documents"] = null,
            ["add_generation_prompt"] = !input.ContinueFinalMessage,
            ["bos_token"] = tokenizer.BosText,
            ["eos_token"] = tokenizer.EosText,
        };
        foreach (var (name, value) in input.Variables)
        {
            variables[name] = Guard(value);
        }

        return _template.Render(
            new ChatTemplateInput
            {
                Variables = variables,
                TimeProvider = time,
                ContinueFinalMessage = input.ContinueFinalMessage,
            }
        );
    }

    private static Dictionary<string, object?> Describe(PromptMessage message, int origin)
    {
        var described = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["role"] = message.Role,
            ["content"] = new CallerText(message.Content, origin),
        };
        if (message.Reasoning is { } reasoning)
        {
            described["reasoning_content"] = new CallerText(reasoning);
        }

        if (message.Name is { } name)
        {
            described["name"] = new CallerText(name);
        }

        return described;
    }

    private static object? Guard(object? value) =>
        value switch
        {
            string text => new CallerText(text),
            IReadOnlyDictionary<string, object?> map => map.ToDictionary(
                static entry => entry.Key,
                static entry => Guard(entry.Value)
            ),
            IReadOnlyList<object?> list => list.Select(Guard).ToList(),
            _ => value,
        };
}
