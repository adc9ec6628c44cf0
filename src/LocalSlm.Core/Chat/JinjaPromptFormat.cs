using LocalSlm.Templating;
using LocalSlm.Tools;

namespace LocalSlm.Chat;

/// <summary>A chat template in Jinja, with the model's own special tokens. Every text of a conversation and every text variable
/// is the caller's: none of it can become a control token.</summary>
internal sealed class JinjaPromptFormat(string source, ITokenizer tokenizer, TimeProvider time) : IPromptFormat
{
    private readonly ChatTemplate _template = ChatTemplate.Parse(source);

    public string? Source => source;

    public IReadOnlyCollection<string> VariableNames => _template.VariableNames;

    public TemplateRenderer? Samples => RenderSample;

    public IReadOnlyList<PromptSpan> Render(PromptInput input)
    {
        var messages = new List<object?>(input.Messages.Count);
        foreach (var message in input.Messages)
        {
            messages.Add(Describe(message, messages.Count, input.CallForm));
        }

        // Transformers gives tools and documents always, as None when there are none; templates test them for truth.
        // Every string of a JsonElement is the caller's.
        var variables = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["messages"] = messages,
            ["tools"] = input.Tools.Count == 0 ? null : input.Tools.Select(static tool => (object?)tool).ToList(),
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

    private string RenderSample(IReadOnlyList<object?> messages, IReadOnlyList<object?> tools)
    {
        var variables = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["messages"] = messages,
            ["tools"] = tools.Count == 0 ? null : tools,
            ["documents"] = null,
            ["add_generation_prompt"] = false,
            ["bos_token"] = tokenizer.BosText,
            ["eos_token"] = tokenizer.EosText,
        };
        var prompt = _template.Render(new ChatTemplateInput { Variables = variables, TimeProvider = time });
        return string.Concat(prompt.Select(static span => span.Text));
    }

    private static Dictionary<string, object?> Describe(PromptMessage message, int origin, CallForm form)
    {
        var (content, reasoning) = (message.Content, message.Reasoning);
        if (form.JoinsReasoning && message.ToolCalls.Count > 0 && content.Length > 0 && reasoning is { Length: > 0 })
        {
            (content, reasoning) = ("", $"{reasoning}\n\n{content}");
        }

        var isNull = form.EmptyContentIsNull && message.ToolCalls.Count > 0 && content.Length == 0;
        var described = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["role"] = message.Role,
            ["content"] = isNull ? null : new CallerText(content, origin),
        };
        if (reasoning is not null)
        {
            // The two names in use; transformers gives both as well.
            var text = new CallerText(reasoning);
            described["reasoning_content"] = text;
            described["thinking"] = text;
        }

        if (message.Name is { } name)
        {
            described["name"] = new CallerText(name);
        }

        if (message.ToolCallId is { } id)
        {
            described["tool_call_id"] = new CallerText(id);
        }

        if (message.ToolCalls.Count > 0)
        {
            described["tool_calls"] = message.ToolCalls.Select(call => (object?)Describe(call, form)).ToList();
        }

        return described;
    }

    private static Dictionary<string, object?> Describe(PromptToolCall call, CallForm form) =>
        new(StringComparer.Ordinal)
        {
            ["id"] = new CallerText(call.Id),
            ["type"] = "function",
            ["function"] = new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["name"] = new CallerText(call.Name),
                ["arguments"] = form.ArgumentsAreText
                    ? new CallerText(ToolValues.JsonText(call.Arguments, call.Name))
                    : call.Arguments,
            },
        };

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
