using LocalSlm.Testing.Fakes;

namespace LocalSlm.Tests.Chat;

/// <summary>Chat templates for tests, small enough to be rendered by hand.</summary>
internal static class ToolTemplates
{
    /// <summary>The Hermes form: tools in the system text, calls and results in tags.</summary>
    public const string Hermes = """
        {%- if tools %}{{ '<|im_start|>system\n' }}{% for tool in tools %}{{ tool | tojson }}{{ '\n' }}{% endfor %}{{ '<tool_call>{"name": ...}</tool_call><|im_end|>\n' }}{% endif -%}
        {%- for message in messages -%}
        {%- if message.role == 'tool' -%}
        {{ '<|im_start|>user\n<tool_response>\n' + message.content + '\n</tool_response><|im_end|>\n' }}
        {%- else -%}
        {{ '<|im_start|>' + message.role + '\n' }}
        {%- if message.reasoning_content %}{{ '<think>\n' + message.reasoning_content + '\n</think>\n\n' }}{% endif -%}
        {{ message.content }}
        {%- for call in message.tool_calls %}{{ '\n<tool_call>\n{"name": "' + call.function.name + '", "arguments": ' }}{{ call.function.arguments | tojson }}{{ '}\n</tool_call>' }}{% endfor -%}
        {{ '<|im_end|>\n' }}
        {%- endif -%}
        {%- endfor -%}
        {%- if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% if enable_thinking is false %}{{ '<think>\n\n</think>\n\n' }}{% endif %}{% endif -%}
        """;

    /// <summary>The same with a prompt that opens the thinking.</summary>
    public static string Thinking { get; } =
        Hermes.Replace(
            "{% if enable_thinking is false %}{{ '<think>\\n\\n</think>\\n\\n' }}{% endif %}",
            "{{ '<think>\\n' }}",
            StringComparison.Ordinal
        );

    /// <summary>A template that knows neither tools nor thinking.</summary>
    public const string Plain = """
        {%- for message in messages -%}
        {{ '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' }}
        {%- endfor -%}
        {%- if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif -%}
        """;

    public static FakeChatModel Model(string template = Hermes, bool remembers = false) =>
        new(template: template, remembers: remembers);
}
