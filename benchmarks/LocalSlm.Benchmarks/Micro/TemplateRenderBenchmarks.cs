using System.Text.Json;
using BenchmarkDotNet.Attributes;
using LocalSlm.Templating;
using LocalSlm.Testing;

namespace LocalSlm.Benchmarks.Micro;

/// <summary>Renders a chat of 20 turns with three tools and a few tool calls: what every request pays before its first token.</summary>
/// <remarks>Published templates from the golden folder; <c>embedded</c> is a ChatML template with tools for machines without it.</remarks>
[MemoryDiagnoser]
public class TemplateRenderBenchmarks
{
    private const string Embedded = """
        {%- if tools %}
            {{- '<|im_start|>system\n' }}
            {%- if messages[0].role == 'system' %}{{- messages[0].content + '\n\n' }}{%- endif %}
            {{- '# Tools\n<tools>' }}
            {%- for tool in tools %}{{- '\n' + (tool | tojson) }}{%- endfor %}
            {{- '\n</tools><|im_end|>\n' }}
        {%- endif %}
        {%- for message in messages %}
            {%- if message.role == 'tool' %}
                {{- '<|im_start|>user\n<tool_response>\n' + message.content + '\n</tool_response><|im_end|>\n' }}
            {%- elif message.role != 'system' or not (loop.first and tools) %}
                {{- '<|im_start|>' + message.role + '\n' + (message.content or '') }}
                {%- for call in message.tool_calls or [] %}
                    {{- '\n<tool_call>\n{"name": "' + call.function.name + '", "arguments": ' + (call.function.arguments | tojson) + '}\n</tool_call>' }}
                {%- endfor %}
                {{- '<|im_end|>\n' }}
            {%- endif %}
        {%- endfor %}
        {%- if add_generation_prompt %}{{- '<|im_start|>assistant\n' }}{%- endif %}
        """;

    private ChatTemplate _template = null!;
    private ChatTemplateInput _input = null!;

    [Params("embedded", "Qwen-Qwen3-0.6B", "Qwen3-Coder", "meta-llama-Llama-3.1-8B-Instruct")]
    public string Template { get; set; } = "embedded";

    [GlobalSetup]
    public void Setup()
    {
        _template = ChatTemplate.Parse(Source(Template));
        using var tools = JsonDocument.Parse(ToolsJson);
        _input = new ChatTemplateInput
        {
            Variables = new Dictionary<string, object?>
            {
                ["messages"] = Messages(),
                ["tools"] = Tree(tools.RootElement),
                ["add_generation_prompt"] = true,
                ["bos_token"] = "<s>",
                ["eos_token"] = "</s>",
            },
        };
    }

    [Benchmark]
    public int Render() => _template.Render(_input).Count;

    private static string Source(string name)
    {
        if (name == "embedded")
        {
            return Embedded;
        }

        string folder =
            TestAssets.GoldenFolder
            ?? throw new InvalidOperationException($"'{name}' needs the golden folder; run with 'embedded'.");
        using var golden = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "templates", name + ".json")));
        return golden.RootElement.GetProperty("template").GetString()!;
    }

    private static List<object?> Messages()
    {
        var messages = new List<object?>
        {
            Message("system", "You are a helpful assistant that answers briefly and uses tools when they help."),
        };
        for (int turn = 0; turn < 20; turn++)
        {
            messages.Add(
                Message(
                    "user",
                    $"Question {turn}: how is the weather in the city I mentioned, and what should I wear for a walk of two hours?"
                )
            );
            if (turn % 5 == 4)
            {
                var call = Message("assistant", "");
                call["tool_calls"] = new List<object?>
                {
                    new Dictionary<string, object?>
                    {
                        ["id"] = new CallerText("abcdefgh1"),
                        ["type"] = "function",
                        ["function"] = new Dictionary<string, object?>
                        {
                            ["name"] = new CallerText("get_weather"),
                            ["arguments"] = new Dictionary<string, object?>
                            {
                                ["city"] = new CallerText("Oslo"),
                                ["days"] = 3L,
                            },
                        },
                    },
                };
                messages.Add(call);
                messages.Add(Message("tool", """{"temperature": 21.5, "sky": "clear", "wind": 3}"""));
            }

            messages.Add(
                Message(
                    "assistant",
                    $"Answer {turn}: it is mild and dry there. A light jacket will do; take water, and a hat if the sun is out. Enjoy the walk!"
                )
            );
        }

        messages.Add(Message("user", "Thanks! One last thing: is it warmer tomorrow?"));
        return messages;
    }

    private static Dictionary<string, object?> Message(string role, string content) =>
        new() { ["role"] = role, ["content"] = new CallerText(content) };

    private static object? Tree(JsonElement json) =>
        json.ValueKind switch
        {
            JsonValueKind.Object => json.EnumerateObject().ToDictionary(p => p.Name, p => Tree(p.Value)),
            JsonValueKind.Array => json.EnumerateArray().Select(Tree).ToList(),
            JsonValueKind.String => new CallerText(json.GetString()!),
            JsonValueKind.Number => json.GetDouble(),
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => null,
        };

    private const string ToolsJson = """
        [
          {"type": "function", "function": {"name": "get_weather", "description": "Get the weather of a city for the coming days.", "parameters": {"type": "object",
            "properties": {"city": {"type": "string", "description": "The city's name"}, "days": {"type": "integer", "minimum": 1, "maximum": 14},
            "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]}}, "required": ["city"]}}},
          {"type": "function", "function": {"name": "search_docs", "description": "Search the user's documents.", "parameters": {"type": "object",
            "properties": {"query": {"type": "string", "description": "What to look for"}, "limit": {"type": "integer"},
            "tags": {"type": "array", "items": {"type": "string"}}}, "required": ["query"]}}},
          {"type": "function", "function": {"name": "send_mail", "description": "Send a mail.", "parameters": {"type": "object",
            "properties": {"to": {"type": "array", "items": {"type": "string", "format": "email"}}, "subject": {"type": "string"}, "body": {"type": "string"}},
            "required": ["to", "subject", "body"]}}}
        ]
        """;
}
