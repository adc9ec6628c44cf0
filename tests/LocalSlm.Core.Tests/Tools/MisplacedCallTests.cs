using LocalSlm.Tools;
using static LocalSlm.Tests.Tools.ReplySample;

namespace LocalSlm.Tests.Tools;

/// <summary>Replies as small models write them: calls in odd places, with marks too many or too few. A call is never text, comes once, and
/// the text around it stays.</summary>
public class MisplacedCallTests
{
    private const string Json = """{"name": "get_weather", "arguments": {"city": "Paris"}}""";

    private static readonly ParsedToolCall NoArguments = new(null, "ping", "{}");

    [Fact]
    public void Parse_CallInACodeFence_IsACallAndTheFenceIsText() =>
        AssertParts(
            Read(JsonToolFormats.Hermes, $"Sure:\n```json\n<tool_call>{Json}</tool_call>\n```\nDone."),
            Text("Sure:\n```json"),
            Call(Paris),
            Text("```\nDone.")
        );

    [Fact]
    public void Parse_CallOnALineOfText_KeepsTheTextOnBothSides() =>
        AssertParts(
            Read(JsonToolFormats.Hermes, $"I will check. <tool_call>{Json}</tool_call> ok?"),
            Text("I will check."),
            Call(Paris),
            Text("ok?")
        );

    [Theory]
    [InlineData($"<tool_call>{Json}</tool_")]
    [InlineData($"<tool_call>{Json}\n</tool_call>\n<")]
    [InlineData($"<tool_call>{Json}\n</tool_call>\n<tool_")]
    public void Parse_MarkCutOffBehindACall_IsNoText(string text) =>
        AssertParts(Read(JsonToolFormats.Hermes, text), Call(Paris));

    [Theory]
    [InlineData("hermes", $"<tool_call>{Json}</tool_call><tool_call>{Json}</tool_call>")]
    [InlineData("hermes", $"<tool_call>{Json}{Json}</tool_call>")]
    [InlineData("hermes", $"<tool_call>{Json}\n<tool_call>{Json}</tool_call>")]
    [InlineData("generic", $"{Json}\n{Json}")]
    [InlineData(
        "qwen3-coder",
        "<tool_call>\n<function=get_weather>\n<parameter=city>\nParis\n</parameter>\n<function=get_weather>\n<parameter=city>\nParis\n</parameter>\n</function>\n</tool_call>"
    )]
    [InlineData(
        "qwen3-coder",
        "<tool_call>\n<function=get_weather>\n<parameter=city>\nParis\n</parameter>\n<tool_call>\n<function=get_weather>\n<parameter=city>\nParis\n</parameter>\n</function>\n</tool_call>"
    )]
    [InlineData(
        "glm-4.5",
        "<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>Paris</arg_value>\n<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>Paris</arg_value>\n</tool_call>"
    )]
    [InlineData(
        "functiongemma",
        "<start_function_call>call:get_weather{city:<escape>Paris<escape>}<start_function_call>call:get_weather{city:<escape>Paris<escape>}<end_function_call>"
    )]
    [InlineData(
        "deepseek",
        "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather\n```json\n{\"city\": \"Paris\"}\n```<｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather\n```json\n{\"city\": \"Paris\"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>"
    )]
    public void Parse_CallsWithoutWhatStandsBetween_AreBothRead(string format, string text) =>
        AssertParts(Read(ToolFormats.Find(format)!, text), Call(Paris), Call(Paris));

    [Theory]
    [InlineData("qwen3-coder", $"<tool_call>\n{Json}\n</tool_call>")]
    [InlineData("glm-4.5", $"<tool_call>{Json}</tool_call>")]
    [InlineData("lfm2", $"<|tool_call_start|>[{Json}]<|tool_call_end|>")]
    [InlineData("lfm2", "<|tool_call_start|>get_weather('Paris')<|tool_call_end|>")]
    [InlineData("mistral", $"[TOOL_CALLS]{Json}")]
    [InlineData("mistral-args", """[TOOL_CALLS]get_weather{"city": "Paris"}""")]
    [InlineData("phi4-mini", $"<|tool_call|>{Json}<|/tool_call|>")]
    [InlineData("functiongemma", "<start_function_call>call:get_weather{city:Paris}<end_function_call>")]
    [InlineData("generic", $"```json\n{Json}\n```")]
    [InlineData("generic", $"```\n{Json}\n```")]
    [InlineData("hermes", $"<tool_call>{Json}</tool_call></tool_call>")]
    public void Parse_CallInANeighbouringForm_IsRead(string format, string text) =>
        AssertParts(Read(ToolFormats.Find(format)!, text), Call(Paris));

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("\"\"")]
    public void Parse_NoArguments_AreAnEmptyObject(string arguments) =>
        AssertParts(
            Read(JsonToolFormats.Hermes, $$"""<tool_call>{"name": "ping", "arguments": {{arguments}}}</tool_call>"""),
            Call(NoArguments)
        );

    [Theory]
    [InlineData("""["Paris"]""")]
    [InlineData("\"Paris\"")]
    [InlineData("5")]
    public void Parse_ArgumentsThatAreNoObject_HaveAProblem(string arguments)
    {
        var call = Assert
            .Single(
                Read(
                    JsonToolFormats.Hermes,
                    $$"""<tool_call>{"name": "get_weather", "arguments": {{arguments}}}</tool_call>"""
                ).Parts
            )
            .Call!;

        Assert.Equal("get_weather", call.Name);
        Assert.NotNull(call.Problem);
    }

    [Fact]
    public void Parse_UnknownTool_IsACall() =>
        AssertParts(
            Read(JsonToolFormats.Hermes, """<tool_call>{"name": "fly", "arguments": {}}</tool_call>"""),
            Call(new ParsedToolCall(null, "fly", "{}"))
        );

    [Fact]
    public void Parse_ThinkingNeverClosed_EndsAtTheCall() =>
        AssertParts(
            Read(JsonToolFormats.Hermes, $"<think>I need the weather.\n<tool_call>{Json}</tool_call>"),
            Reasoning("I need the weather."),
            Call(Paris)
        );

    [Fact]
    public void Parse_ThinkingAboutTheTag_StaysThinking() =>
        AssertParts(
            Read(JsonToolFormats.Hermes, "<think>The form is <tool_call> and so on</think>Hi"),
            Reasoning("The form is <tool_call> and so on"),
            Text("Hi")
        );

    [Fact]
    public void Parse_NestedThinking_EndsAtTheFirstClosingTag() =>
        AssertParts(Read(JsonToolFormats.Hermes, "<think>a<think>b</think>c"), Reasoning("a<think>b"), Text("c"));

    [Theory]
    [InlineData("<tool_call></tool_call>")]
    [InlineData("<tool_call>\n</tool_call>")]
    public void Parse_NothingBetweenTheTags_IsNoCall(string tags) =>
        AssertParts(Read(JsonToolFormats.Hermes, $"{tags}Hello"), Text("Hello"));

    [Fact]
    public void Parse_EndTagWithinAString_IsPartOfIt() =>
        AssertParts(
            Read(
                JsonToolFormats.Hermes,
                """<tool_call>{"name": "get_weather", "arguments": {"city": "</tool_call>"}}</tool_call>"""
            ),
            Call(new ParsedToolCall(null, "get_weather", """{"city": "</tool_call>"}"""))
        );

    /// <summary>Control tokens have one spelling: what is written otherwise is what the model wants to show.</summary>
    [Theory]
    [InlineData($"<TOOL_CALL>{Json}</TOOL_CALL>")]
    [InlineData("<THINK>hm</THINK>Hi")]
    public void Parse_TagsInAnotherCase_AreText(string text) =>
        AssertParts(Read(JsonToolFormats.Hermes, text), Text(text));
}
