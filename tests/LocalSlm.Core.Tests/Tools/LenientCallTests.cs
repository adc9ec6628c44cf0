using LocalSlm.Tools;
using static LocalSlm.Tests.Tools.ReplySample;

namespace LocalSlm.Tests.Tools;

/// <summary>What small models get wrong and still mean clearly.</summary>
public class LenientCallTests
{
    [Theory]
    [InlineData("missing end tag", """<tool_call>{"name": "get_weather", "arguments": {"city": "Paris"}}""")]
    [InlineData(
        "brace too many",
        """<tool_call>{"name": "get_weather", "arguments": {"city": "Paris"}}}</tool_call>"""
    )]
    [InlineData(
        "brace too few",
        "<tool_call>{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Paris\"}\n</tool_call>"
    )]
    [InlineData("parameters", """<tool_call>{"name": "get_weather", "parameters": {"city": "Paris"}}</tool_call>""")]
    [InlineData("order", """<tool_call>{"arguments": {"city": "Paris"}, "name": "get_weather"}</tool_call>""")]
    [InlineData("text", """<tool_call>{"name": "get_weather", "arguments": "{\"city\": \"Paris\"}"}</tool_call>""")]
    [InlineData(
        "nested",
        """<tool_call>{"type": "function", "function": {"name": "get_weather", "arguments": {"city": "Paris"}}}</tool_call>"""
    )]
    [InlineData("function", """<tool_call>{"function": "get_weather", "arguments": {"city": "Paris"}}</tool_call>""")]
    [InlineData("list", """<tool_call>[{"name": "get_weather", "arguments": {"city": "Paris"}}]</tool_call>""")]
    [InlineData("open list", """<tool_call>[{"name": "get_weather", "arguments": {"city": "Paris"}}</tool_call>""")]
    [InlineData("single quotes", "<tool_call>{'name': 'get_weather', 'arguments': {'city': 'Paris'}}</tool_call>")]
    [InlineData(
        "trailing comma",
        """<tool_call>{"name": "get_weather", "arguments": {"city": "Paris",},}</tool_call>"""
    )]
    [InlineData("bare keys", """<tool_call>{name: "get_weather", arguments: {city: "Paris"}}</tool_call>""")]
    [InlineData(
        "fence",
        "<tool_call>\n```json\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Paris\"}}\n```\n</tool_call>"
    )]
    public void Parse_MalformedButClearCall_IsRead(string what, string text)
    {
        var call = Assert.Single(Read(JsonToolFormats.Hermes, text).Parts).Call!;

        Assert.True(call.Problem is null, $"{what}: {call.Problem}");
        Assert.Equal("get_weather", call.Name);
        Assert.Equal("""{"city":"Paris"}""", call.Arguments.Replace(" ", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"s": 'it"s'}""", """{"s": "it\"s"}""")]
    [InlineData("""{'s': "it's"}""", """{"s": "it's"}""")]
    [InlineData("""{'s': 'it\'s'}""", """{"s": "it's"}""")]
    [InlineData("{\"s\": \"a\nb\tc\"}", """{"s": "a\u000ab\u0009c"}""")]
    [InlineData("""{"r": "\d+\u00e9\u12"}""", """{"r": "\\d+\u00e9\\u12"}""")]
    [InlineData(
        """{"a": True, "b": False, "c": None, "d": -1.5e3}""",
        """{"a": true, "b": false, "c": null, "d": -1.5e3}"""
    )]
    [InlineData("""{"a": [1, 2, {"b": 3""", """{"a": [1, 2, {"b": 3}]}""")]
    public void TryMend_WhatCanMeanOneThingOnly_IsMended(string text, string expected) =>
        Assert.Equal(expected, JsonRepair.TryMend(text));

    [Theory]
    [InlineData("""{"a": "b""")]
    [InlineData("""{"a": [1, 2}""")]
    [InlineData("""{"a": 1}}""")]
    [InlineData("""{"a": @}""")]
    public void TryMend_WhatMayMeanAnything_IsNot(string text) => Assert.Null(JsonRepair.TryMend(text));

    [Fact]
    public void Parse_SeveralObjectsInOneBlock_AreSeveralCalls() =>
        AssertParts(
            Read(
                JsonToolFormats.Hermes,
                "<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Paris\"}}\n{\"name\": \"ping\"}\n</tool_call>"
            ),
            Call(Paris),
            Call(new ParsedToolCall(null, "ping", "{}"))
        );

    [Fact]
    public void Parse_BlockOpenedAgainWithoutItsEnd_IsTwoCalls() =>
        AssertParts(
            Read(
                JsonToolFormats.Hermes,
                """<tool_call>{"name": "ping", "arguments": {}}<tool_call>{"name": "ping", "arguments": null}</tool_call> ok </tool_call>"""
            ),
            Call(new ParsedToolCall(null, "ping", "{}")),
            Call(new ParsedToolCall(null, "ping", "{}")),
            Text("ok")
        );

    [Fact]
    public void Parse_IdsAndNumbers_AreKeptAsGiven() =>
        AssertParts(
            Read(
                JsonToolFormats.Hermes,
                """<tool_call>{"id": "x1", "name": "ping", "arguments": {"n": 1.50, "big": 12345678901234567890, "u": "\u00e9"}}</tool_call>"""
            ),
            Call(new ParsedToolCall("x1", "ping", """{"n": 1.50, "big": 12345678901234567890, "u": "\u00e9"}"""))
        );

    [Theory]
    [InlineData("""{"name": "get_weather", "parameters": {"city": "Paris"}}""")]
    [InlineData("""{"function": "get_weather", "parameters": {"city": "Paris"}}""")]
    [InlineData("""[{"name": "get_weather", "arguments": {"city": "Paris"}}]""")]
    [InlineData("```json\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Paris\"}}\n```")]
    [InlineData("""{"tool_calls": [{"name": "get_weather", "arguments": {"city": "Paris"}}]}""")]
    [InlineData("""{"type": "function", "function": {"name": "get_weather", "arguments": {"city": "Paris"}}}""")]
    public void Parse_BareJsonThatNamesATool_IsACall(string text)
    {
        foreach (var format in new ToolFormat[] { JsonToolFormats.Generic, JsonToolFormats.Llama3 })
        {
            var call = Assert.Single(Read(format, text).Parts).Call;
            Assert.Equal("get_weather", call?.Name);
            Assert.Equal("""{"city": "Paris"}""", call?.Arguments);
        }
    }

    [Theory]
    [InlineData("""{"name": "Ada", "parameters": {"born": 1815}}""")]
    [InlineData("""{"city": "Paris", "name": "get_weather"}""")]
    [InlineData("""{"tool_calls": [{"name": "other"}]}""")]
    [InlineData("{}")]
    [InlineData("{")]
    [InlineData("""{"name": "Ad""")]
    [InlineData("""See: {"name": "ping", "parameters": {}}""")]
    [InlineData("```json\n{\"a\": 1}\n```")]
    [InlineData("[1, 2]")]
    public void Parse_BareJsonThatNamesNoTool_IsText(string text)
    {
        AssertParts(Read(JsonToolFormats.Generic, text), Text(text));
        AssertParts(Read(JsonToolFormats.Llama3, text), Text(text));
    }

    [Fact]
    public void Append_BareJsonThatCannotBeACall_StreamsFromItsFirstKeyOn()
    {
        var parser = JsonToolFormats.Llama3.CreateParser(Request);
        var parts = new List<ReplyPart>();

        parser.Append("""{"answer": 4""", parts);

        Assert.Equal("""{"answer": 4""", string.Concat(parts.Select(static p => p.Text)));
    }

    [Fact]
    public void Parse_CodeBehindPythonTag_CallsTheInterpreterOrHasAProblem()
    {
        var code = new ToolDescription("code_interpreter", "", Ping.Parameters);

        AssertParts(
            Read(JsonToolFormats.Llama3, "<|python_tag|>print(\"a\")\n", Request with { Tools = [code] }),
            Call(new ParsedToolCall(null, "code_interpreter", """{"code": "print(\"a\")"}"""))
        );
        Assert.NotNull(Assert.Single(Read(JsonToolFormats.Llama3, "<|python_tag|>print(1)").Parts).Call?.Problem);
    }

    [Fact]
    public void Parse_GraniteResponseTags_AreLeftOut() =>
        AssertParts(
            Read(JsonToolFormats.Granite3, "<think>A</think>\n<response>B</response>"),
            Reasoning("A"),
            Text("B")
        );

    [Fact]
    public void Parse_EmptyListOfCalls_IsNoCall() =>
        AssertParts(Read(JsonToolFormats.SmolLm2, "<tool_call>[]</tool_call>"));
}
