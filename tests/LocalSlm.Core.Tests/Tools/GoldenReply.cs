using System.Text.Json;
using LocalSlm.Testing;
using LocalSlm.Tools;

namespace LocalSlm.Tests.Tools;

/// <summary>One case of <c>toolcalls.json</c>; the golden folder's README tells what its fields mean.</summary>
internal sealed record GoldenReply
{
    // Cases without a template in the folder: written by hand from the publishers' documents, or the template is not carried.
    private static readonly Dictionary<string, string> FormatNames = new(StringComparer.Ordinal)
    {
        ["llama3-json"] = "llama3",
        ["llama3-pythonic"] = "llama3-pythonic",
        ["phi4-mini"] = "phi4-mini",
        ["deepseek-ai-DeepSeek-R1-Distill-Qwen-32B"] = "deepseek",
        ["NousResearch-Hermes-3-Llama-3.1-8B-tool_use"] = "hermes",
        ["meta-llama-Llama-3.3-70B-Instruct"] = "llama3",
    };

    public required string Family { get; init; }

    public required string Id { get; init; }

    public required string? Template { get; init; }

    public required string Input { get; init; }

    public required bool IsPartial { get; init; }

    public required ReplyParserInput ParserInput { get; init; }

    public required string Reasoning { get; init; }

    public required string Content { get; init; }

    public required IReadOnlyList<ParsedToolCall> Calls { get; init; }

    /// <summary>Gets what the prompt holds of the message: it counts into what is expected.</summary>
    public required (string Reasoning, string Content) Prefilled { get; init; }

    public static List<GoldenReply> ReadAllOrSkip()
    {
        using var golden = JsonDocument.Parse(File.ReadAllBytes(TestAssets.GoldenOrSkip("toolcalls.json")));
        Assert.Equal("localslm-toolcalls/1", golden.RootElement.GetProperty("format").GetString());
        return
        [
            .. golden
                .RootElement.GetProperty("families")
                .EnumerateArray()
                .SelectMany(static family =>
                    family
                        .GetProperty("cases")
                        .EnumerateArray()
                        .Select(test => Read(family.GetProperty("family").GetString()!, test))
                ),
        ];
    }

    /// <summary>Chooses the format as a client does: by the template where there is one, else by its name.</summary>
    public ToolFormat? FindFormat()
    {
        string? source = Template is null ? null : GoldenTemplate.SourceOrNull(Template);
        return source is null
            ? ToolFormats.Find(FormatNames.GetValueOrDefault(Template ?? Family, Family))
            : ToolFormats.Detect(source) ?? ToolFormats.Find("generic");
    }

    private static GoldenReply Read(string family, JsonElement test)
    {
        var options = test.GetProperty("options");
        var expect = test.GetProperty("expect");
        string prompt = test.GetProperty("generation_prompt").GetString()!;
        bool continues =
            options.TryGetProperty("continue_final_message", out var continued)
            && continued.ValueKind == JsonValueKind.True;
        return new GoldenReply
        {
            Family = family,
            Id = test.GetProperty("id").GetString()!,
            Template = test.GetProperty("template").GetString(),
            Input = test.GetProperty("input").GetString()!,
            IsPartial = test.GetProperty("partial").GetBoolean(),
            ParserInput = new ReplyParserInput
            {
                Tools = [.. test.GetProperty("tools").EnumerateArray().Select(ReadTool)],
                PromptEnd = prompt,
                SplitsReasoning = options.GetProperty("reasoning").GetString() != "none",
                ContinuesMessage = continues,
                ExpectsJson = options.TryGetProperty("json_schema", out _),
            },
            Reasoning = expect.GetProperty("reasoning").GetString()!,
            Content = expect.GetProperty("content").GetString()!,
            Calls = [.. expect.GetProperty("tool_calls").EnumerateArray().Select(ReadCall)],
            Prefilled = continues ? ReadPrefilled(options.GetProperty("messages"), prompt) : ("", ""),
        };
    }

    private static (string Reasoning, string Content) ReadPrefilled(JsonElement messages, string prompt)
    {
        var last = messages[messages.GetArrayLength() - 1];
        string reasoning = last.GetProperty("reasoning").GetString()!;
        string content = last.GetProperty("content").GetString()!;
        Assert.EndsWith(content, prompt, StringComparison.Ordinal);
        return (prompt.Contains(reasoning, StringComparison.Ordinal) ? reasoning : "", content);
    }

    private static ToolDescription ReadTool(JsonElement tool)
    {
        var function = tool.GetProperty("function");
        return new ToolDescription(
            function.GetProperty("name").GetString()!,
            function.TryGetProperty("description", out var description) ? description.GetString()! : "",
            function.GetProperty("parameters").Clone()
        );
    }

    private static ParsedToolCall ReadCall(JsonElement call) =>
        new(
            call.TryGetProperty("id", out var id) ? id.GetString() : null,
            call.GetProperty("name").GetString()!,
            call.GetProperty("arguments").GetString()!
        );
}
