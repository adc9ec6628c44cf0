using System.Text;
using LocalSlm.Tools;

namespace LocalSlm.Tests.Tools;

public class ToolFormatsTests
{
    /// <summary>What the publishers say their models write; templates that are not named here know no tools.</summary>
    private static readonly Dictionary<string, string> Expected = new(StringComparer.Ordinal)
    {
        ["MiMo-VL"] = "hermes",
        ["NousResearch-Hermes-2-Pro-Llama-3-8B-tool_use"] = "hermes",
        ["Qwen-QwQ-32B"] = "hermes",
        ["Qwen-Qwen2.5-7B-Instruct"] = "hermes",
        ["Qwen-Qwen3-0.6B"] = "hermes",
        ["ct-qwen2.5-instruct"] = "hermes",
        ["ibm-granite-granite-4.0"] = "hermes",
        ["ibm-granite-granite-4.1"] = "hermes",
        ["npm-minimind2"] = "hermes",
        ["ct-granite-3.0-instruct"] = "granite",
        ["ibm-granite-granite-3.3-2B-Instruct"] = "granite",
        ["inline-ibm-granite-granite-3.0-8b-instruct"] = "granite",
        ["HuggingFaceTB-SmolLM3-3B"] = "smollm3",
        ["meta-llama-Llama-3.1-8B-Instruct"] = "llama3",
        ["meta-llama-Llama-3.2-3B-Instruct"] = "llama3",
        ["CohereForAI-c4ai-command-r-plus-tool_use"] = "command-r",
        ["CohereForAI-c4ai-command-r7b-12-2024-tool_use"] = "command-r7b",
        ["LFM2-8B-A1B"] = "lfm2",
        ["LFM2.5-8B-A1B"] = "lfm2",
        ["LFM2.5-Instruct"] = "lfm2",
        ["Mistral-Small-3.2-24B-Instruct-2506"] = "mistral-call-id",
        ["NVIDIA-Nemotron-3-Nano-30B-A3B-BF16"] = "qwen3-coder",
        ["NVIDIA-Nemotron-Nano-v2"] = "nemotron-v2",
        ["Qwen3-Coder"] = "qwen3-coder",
        ["Qwen3.5-4B"] = "qwen3-coder",
        ["fireworks-ai-llama-3-firefunction-v2"] = "firefunction",
        ["inline-Mistral-Large-Instruct-2407-mistralai-v3-templat"] = "mistral",
        ["inline-ibm-granite-granite-3.x-tool-call"] = "granite",
        ["inline-ibm-granite-granite-4.0-tool-call"] = "hermes",
        ["inline-ibm-granite-granite-4.1-tool-call"] = "hermes",
        ["meetkai-functionary-medium-v3.1"] = "functionary-v3.1",
        ["meetkai-functionary-medium-v3.2"] = "functionary-v3.2",
        ["mistralai-Ministral-3-14B-Reasoning-2512"] = "mistral-args",
        ["mistralai-Mistral-Nemo-Instruct-2407"] = "mistral",
        ["npm-mistral_nemo"] = "mistral",
        ["unsloth-mistral-Devstral-Small-2507"] = "mistral-args",
    };

    /// <summary>Templates that have no place for tools.</summary>
    private static readonly string[] WithoutTools =
    [
        "ct-chatml",
        "ct-gemma-it",
        "ct-llama-2-chat",
        "ct-llama-3-instruct",
        "ct-phi-3",
        "ct-vicuna",
        "ct-zephyr",
        "google-gemma-2-2b-it",
        "inline-Llama-3",
        "inline-phi-4",
        "microsoft-Phi-3.5-mini-instruct",
        "npm-gemma3",
    ];

    [Fact]
    public void Detect_GoldenTemplates_GivesTheirFamily()
    {
        var failures = new StringBuilder();
        int count = 0;
        foreach (var (name, source) in GoldenTemplate.ReadAllOrSkip())
        {
            string? found = ToolFormats.Detect(source)?.Name;
            if (Expected.TryGetValue(name, out string? expected) || WithoutTools.Contains(name))
            {
                count++;
                if (found != expected)
                {
                    failures.AppendLine($"{name}: {found} instead of {expected}");
                }
            }
        }

        Assert.True(failures.Length == 0, failures.ToString());
        Assert.Equal(Expected.Count + WithoutTools.Length, count);
    }

    [Fact]
    public void Detect_SourcesThatAreNotAmongTheGoldens_GivesTheirFamily()
    {
        // The telling parts of Phi-4-mini's and SmolLM2's own templates.
        Assert.Equal("phi4-mini", ToolFormats.Detect("'<|tool|>' + message['tools'] + '<|/tool|>' + '<|end|>'")?.Name);
        Assert.Equal(
            "smollm2",
            ToolFormats.Detect("You are a helpful AI assistant named SmolLM, trained by Hugging Face")?.Name
        );
        // Of GLM 4.6's, GLM 4.7's and Laguna XS's: with line ends between the tags, and without.
        Assert.Equal("glm-4.5", ToolFormats.Detect("<arg_key>{{ k }}</arg_key>\n<arg_value>")?.Name);
        Assert.Equal("glm-4.5", ToolFormats.Detect("\"<arg_key>\" ~ k ~ \"</arg_key>\\n\"")?.Name);
        Assert.Equal("glm-4.7", ToolFormats.Detect("<arg_key>{{ k }}</arg_key><arg_value>")?.Name);

        // Of Apriel 1.5's and MiniMax M3's: Hermes' tag around something else.
        Assert.Null(ToolFormats.Detect("within <tool_call></tool_call> XML tags: <tool_calls>[{")?.Name);
        Assert.Null(ToolFormats.Detect("ns_token ~ '<tool_call>' ns_token + '<invoke name=\"'")?.Name);
        Assert.Null(ToolFormats.Detect(null));
        Assert.Null(ToolFormats.Detect(""));
    }

    [Fact]
    public void Choose_NothingKnown_GivesTheGenericFormat()
    {
        Assert.Equal("generic", ToolFormats.Choose(null, null).Name);
        Assert.Equal("generic", ToolFormats.Choose("{{ messages }}", static (_, _) => "the same").Name);
    }

    [Fact]
    public void Find_EveryName_GivesItsFormatWhateverTheCase()
    {
        Assert.Equal(ToolFormats.All.Count, ToolFormats.All.Select(static f => f.Name).Distinct().Count());
        Assert.All(ToolFormats.All, static f => Assert.Same(f, ToolFormats.Find(f.Name.ToUpperInvariant())));
        Assert.Null(ToolFormats.Find("nope"));
    }

    [Fact]
    public void Wording_DescribesToolsCallsAndResults()
    {
        var wording = JsonToolFormats.Generic.Wording;

        string tools = wording.Describe([ReplySample.Weather, ReplySample.Ping]);
        Assert.Contains(
            "{\"name\":\"get_weather\",\"description\":\"Tells the weather.\",\"parameters\":{",
            tools,
            StringComparison.Ordinal
        );
        Assert.Contains("<tool_call>\n{\"name\": \"tool_name\", \"arguments\": {", tools, StringComparison.Ordinal);

        string calls = wording.WriteCalls([ReplySample.Paris, new ParsedToolCall(null, "ping", "{}")]);
        Assert.Equal(
            [ReplySample.Paris, new ParsedToolCall(null, "ping", "{}")],
            ReplySample.Read(JsonToolFormats.Generic, calls).Calls
        );

        Assert.Contains(
            "\"content\": \"a \\\"b\\\"\"",
            ToolWording.WriteResult("ping", "a \"b\""),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "\"content\": {\"a\": 1}",
            ToolWording.WriteResult("ping", "{\"a\": 1}"),
            StringComparison.Ordinal
        );
    }
}
