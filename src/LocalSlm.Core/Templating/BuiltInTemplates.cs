using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace LocalSlm.Templating;

/// <summary>Named chat templates for models that bring none. Whoever uses one says which: it is not the model's own.</summary>
/// <remarks>
/// Formats as the models' publishers describe them. System text that a format has no place for goes before the first user message.
/// Tools are left to models with a template of their own.
/// </remarks>
internal static class BuiltInTemplates
{
    // Message content as one text: a string, or the text parts of a list.
    private const string TextMacro = """
        {%- macro text(content) -%}
        {%- if content is string %}{{ content | trim }}
        {%- elif content %}{% for part in content if part.type == 'text' %}{{ part.text }}{% endfor %}
        {%- endif -%}
        {%- endmacro -%}

        """;

    // Sets the system text apart from the rest of the messages.
    private const string SplitSystem = """
        {%- set system = '' -%}
        {%- if messages and messages[0].role in ['system', 'developer'] -%}
        {%- set system = text(messages[0].content) -%}
        {%- set messages = messages[1:] -%}
        {%- endif -%}

        """;

    private static readonly FrozenDictionary<string, string> Sources = new Dictionary<string, string>
    {
        ["chatml"] =
            TextMacro
            + """
                {%- for message in messages -%}
                {{ '<|im_start|>' + message.role + '\n' + text(message.content) + '<|im_end|>\n' }}
                {%- endfor -%}
                {%- if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif -%}
                """,
        ["llama2"] =
            TextMacro
            + SplitSystem
            + """
                {%- for message in messages -%}
                {%- if message.role == 'assistant' -%}
                {{ ' ' + text(message.content) + ' ' }}{{ eos_token }}
                {%- else -%}
                {{ bos_token }}{{ '[INST] ' }}
                {%- if loop.first and system %}{{ '<<SYS>>\n' + system + '\n<</SYS>>\n\n' }}{% endif -%}
                {{ text(message.content) + ' [/INST]' }}
                {%- endif -%}
                {%- endfor -%}
                """,
        ["llama3"] =
            TextMacro
            + """
                {{- bos_token }}
                {%- for message in messages -%}
                {{ '<|start_header_id|>' + message.role + '<|end_header_id|>\n\n' + text(message.content) + '<|eot_id|>' }}
                {%- endfor -%}
                {%- if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif -%}
                """,
        ["gemma"] =
            TextMacro
            + SplitSystem
            + """
                {{- bos_token }}
                {%- for message in messages -%}
                {{ '<start_of_turn>' + ('model' if message.role == 'assistant' else message.role) + '\n' }}
                {%- if loop.first and system %}{{ system + '\n\n' }}{% endif -%}
                {{ text(message.content) + '<end_of_turn>\n' }}
                {%- endfor -%}
                {%- if add_generation_prompt %}{{ '<start_of_turn>model\n' }}{% endif -%}
                """,
        ["phi3"] =
            TextMacro
            + """
                {%- for message in messages -%}
                {{ '<|' + message.role + '|>\n' + text(message.content) + '<|end|>\n' }}
                {%- endfor -%}
                {%- if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif -%}
                """,
        ["zephyr"] =
            TextMacro
            + """
                {%- for message in messages -%}
                {{ '<|' + message.role + '|>\n' + text(message.content) }}{{ eos_token }}{{ '\n' }}
                {%- endfor -%}
                {%- if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif -%}
                """,
        ["mistral"] =
            TextMacro
            + SplitSystem
            + """
                {{- bos_token }}
                {%- for message in messages -%}
                {%- if message.role == 'assistant' -%}
                {{ ' ' + text(message.content) }}{{ eos_token }}
                {%- else -%}
                {{ '[INST] ' }}
                {%- if loop.first and system %}{{ system + '\n\n' }}{% endif -%}
                {{ text(message.content) + ' [/INST]' }}
                {%- endif -%}
                {%- endfor -%}
                """,
        ["granite"] =
            TextMacro
            + """
                {%- for message in messages -%}
                {{ '<|start_of_role|>' + message.role + '<|end_of_role|>' + text(message.content) + '<|end_of_text|>\n' }}
                {%- endfor -%}
                {%- if add_generation_prompt %}{{ '<|start_of_role|>assistant<|end_of_role|>' }}{% endif -%}
                """,
        ["vicuna"] =
            TextMacro
            + SplitSystem
            + """
                {{- bos_token }}
                {%- if system %}{{ system + '\n\n' }}{% endif -%}
                {%- for message in messages -%}
                {%- if message.role == 'assistant' -%}
                {{ 'ASSISTANT: ' + text(message.content) }}{{ eos_token }}{{ '\n' }}
                {%- else -%}
                {{ 'USER: ' + text(message.content) + '\n' }}
                {%- endif -%}
                {%- endfor -%}
                {%- if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif -%}
                """,
    }.ToFrozenDictionary();

    // By general.architecture of a GGUF file. Architectures that are used with several formats ("llama" is Llama 2, Llama 3, Mistral,
    // SmolLM and more) are left out: there the user must choose.
    private static readonly FrozenDictionary<string, string> ByArchitecture = new Dictionary<string, string>
    {
        ["gemma"] = "gemma",
        ["gemma2"] = "gemma",
        ["gemma3"] = "gemma",
        ["gemma3n"] = "gemma",
        ["granite"] = "granite",
        ["granitehybrid"] = "granite",
        ["granitemoe"] = "granite",
        ["internlm2"] = "chatml",
        ["phi3"] = "phi3",
        ["phimoe"] = "phi3",
        ["qwen"] = "chatml",
        ["qwen2"] = "chatml",
        ["qwen2moe"] = "chatml",
        ["qwen3"] = "chatml",
        ["qwen3moe"] = "chatml",
        ["smollm3"] = "chatml",
        ["stablelm"] = "zephyr",
    }.ToFrozenDictionary();

    /// <summary>Gets the names of all built-in templates.</summary>
    public static IReadOnlyCollection<string> Names => Sources.Keys;

    /// <summary>Finds the template for an architecture, where there is only one in use.</summary>
    /// <param name="architecture">The model's architecture as a GGUF file names it, such as <c>qwen2</c>.</param>
    /// <param name="name">The template's name, to be told to the user.</param>
    /// <param name="source">The template.</param>
    public static bool TryGetForArchitecture(
        string architecture,
        [NotNullWhen(true)] out string? name,
        [NotNullWhen(true)] out string? source
    )
    {
        source = null;
        return ByArchitecture.TryGetValue(architecture, out name) && Sources.TryGetValue(name, out source);
    }

    /// <summary>Gets a template by its name.</summary>
    /// <exception cref="ArgumentException">There is no such template.</exception>
    public static string GetByName(string name) =>
        Sources.TryGetValue(name, out string? source)
            ? source
            : throw new ArgumentException(
                $"There is no built-in chat template '{name}'; there are {string.Join(", ", Sources.Keys.Order(StringComparer.Ordinal))}.",
                nameof(name)
            );
}
