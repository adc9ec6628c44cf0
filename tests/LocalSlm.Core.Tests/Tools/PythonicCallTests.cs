using System.Text.Json;
using LocalSlm.Tools;
using static LocalSlm.Tests.Tools.ReplySample;

namespace LocalSlm.Tests.Tools;

public class PythonicCallTests
{
    private static readonly ToolDescription Any = new(
        "f",
        "",
        JsonElement.Parse("""{"type":"object","properties":{"x":{},"y":{}}}""")
    );

    private static readonly BlockContext Context = new(new ReplyParserInput { Tools = [Any, Weather] }, false);

    // What CPython 3.11 makes of each literal: json.dumps(ast.literal_eval(literal)).
    [Theory]
    [InlineData("\"a\\nb\\t\\x41\\u00e9\\U0001F389\\'\\\"\\\\\"", "\"a\\nb\\tAé🎉'\\\"\\\\\"")]
    [InlineData("'it\\'s'", "\"it's\"")]
    [InlineData("\"\\q\\d\"", "\"\\\\q\\\\d\"")]
    [InlineData("r\"\\d+\\n\"", "\"\\\\d+\\\\n\"")]
    [InlineData("'''a \"quoted\" 'text' here'''", "\"a \\\"quoted\\\" 'text' here\"")]
    [InlineData("\"\"", "\"\"")]
    [InlineData("''", "\"\"")]
    [InlineData("1_000", "1000")]
    [InlineData("0x1F", "31")]
    [InlineData("0o17", "15")]
    [InlineData("0b101", "5")]
    [InlineData("-3", "-3")]
    [InlineData("+4", "4")]
    [InlineData("1.", "1.0")]
    [InlineData(".5", "0.5")]
    [InlineData("1e5", "100000.0")]
    [InlineData("1E-3", "0.001")]
    [InlineData("-2.50", "-2.5")]
    [InlineData("12345678901234567890123", "12345678901234567890123")]
    [InlineData("True", "true")]
    [InlineData("False", "false")]
    [InlineData("None", "null")]
    [InlineData("[1, \"a\", [2.5, None], ]", "[1, \"a\", [2.5, null]]")]
    [InlineData("(1, 2)", "[1, 2]")]
    [InlineData("{'a': 1, 'b': {'c': [True]}}", "{\"a\": 1, \"b\": {\"c\": [true]}}")]
    [InlineData("{}", "{}")]
    [InlineData("[]", "[]")]
    [InlineData("'\\101\\0'", "\"A\\u0000\"")]
    [InlineData("{\"k\": (1,), 2: 3}", "{\"k\": [1], \"2\": 3}")]
    public void Read_Literal_BecomesTheSameInJson(string literal, string json)
    {
        var call = PythonicCall.Read($"f(x={literal})", Context);

        Assert.Null(call.Problem);
        Assert.True(
            JsonElement.DeepEquals(JsonElement.Parse(json), JsonElement.Parse(call.Arguments).GetProperty("x")),
            call.Arguments
        );
    }

    [Theory]
    [InlineData("f(x='it's here', y='rock 'n' roll')", """{"x": "it's here", "y": "rock 'n' roll"}""")]
    [InlineData("f(x=true, y=null)", """{"x": true, "y": null}""")]
    [InlineData("f(x='two\nlines')", """{"x": "two\nlines"}""")]
    [InlineData("f(1, 'b')", """{"x": 1, "y": "b"}""")]
    [InlineData("f( x = 1 ,y=2, )", """{"x": 1, "y": 2}""")]
    [InlineData("f(x=\"\\ud83c\\udf89\")", "{\"x\": \"🎉\"}")]
    [InlineData("f()", "{}")]
    public void Read_WhatModelsWrite_IsUnderstood(string text, string arguments)
    {
        var call = PythonicCall.Read(text, Context);

        Assert.Null(call.Problem);
        Assert.True(
            JsonElement.DeepEquals(JsonElement.Parse(arguments), JsonElement.Parse(call.Arguments)),
            call.Arguments
        );
    }

    [Theory]
    [InlineData("f(x=y)")]
    [InlineData("f(x=1, x=2)")]
    [InlineData("f(x=g(1))")]
    [InlineData("f(x=nan)")]
    [InlineData("f(x=007)")]
    [InlineData("f(x=1 2)")]
    [InlineData("f(1, 2, 3)")]
    [InlineData("f(x={1, 2})")]
    [InlineData("f(x=[1)")]
    public void Read_WhatIsNoLiteral_KeepsItWithAProblem(string text)
    {
        var call = PythonicCall.Read(text, Context);

        Assert.Equal("f", call.Name);
        Assert.NotNull(call.Problem);
        Assert.NotEmpty(call.Arguments);
    }

    [Fact]
    public void Read_DeepNesting_IsRefused()
    {
        var call = PythonicCall.Read($"f(x={new string('[', 5000)}{new string(']', 5000)})", Context);

        Assert.Contains("64", call.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_BrokenStringBeforeTheEndMark_LosesNoTextBehindIt()
    {
        var reply = Read(
            ToolFormats.Find("lfm2")!,
            "<|tool_call_start|>[get_weather(city=\"Paris)]<|tool_call_end|> There."
        );

        Assert.NotNull(Assert.Single(reply.Calls).Problem);
        Assert.Equal("There.", reply.Content);
    }

    [Theory]
    [InlineData("<|tool_call_start|>get_weather(city='Paris')<|tool_call_end|>")]
    [InlineData("<|tool_call_start|> [get_weather( city = 'Paris' )] <|tool_call_end|>")]
    [InlineData(
        "<|tool_call_start|>[{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Paris\"}}]<|tool_call_end|>"
    )]
    public void Parse_OtherWaysToWriteTheList_AreCallsToo(string text) =>
        AssertParts(Read(ToolFormats.Find("lfm2")!, $"A {text} B"), Text("A"), Call(Paris), Text("B"));

    [Theory]
    [InlineData("[get_weather](https://example.org)")]
    [InlineData("[unknown(x=1)]")]
    [InlineData("See [get_weather(city='Paris')]")]
    [InlineData("[")]
    [InlineData("[get_weather")]
    public void Parse_TextThatOnlyLooksLikeAList_IsText(string text) =>
        AssertParts(Read(ToolFormats.Find("llama3-pythonic")!, text), Text(text));
}
