using System.Text.Json;
using LocalSlm.Tools;
using static LocalSlm.Tests.Tools.ReplySample;

namespace LocalSlm.Tests.Tools;

public class TaggedCallTests
{
    private static readonly ToolDescription Typed = new(
        "t",
        "",
        JsonElement.Parse(
            """
            {"type":"object","$defs":{"level":{"enum":["low","high",3]}},"properties":{
              "s":{"type":"string"},"i":{"type":"integer"},"n":{"type":"number"},"b":{"type":"boolean"},
              "o":{"type":"object"},"l":{"type":"array"},"sn":{"type":["string","null"]},"is":{"type":["integer","string"]},
              "u":{"anyOf":[{"type":"boolean"},{"type":"array"}]},"r":{"$ref":"#/$defs/level"},"free":{}}}
            """
        )
    );

    private static readonly ReplyParserInput TypedRequest = new() { Tools = [Typed] };

    private static ToolFormat Qwen => TaggedToolFormats.Qwen3Coder;

    [Theory]
    [InlineData("s", "42", "\"42\"")]
    [InlineData("s", "null", "\"null\"")]
    [InlineData("s", " \"quoted\" ", "\" \\\"quoted\\\" \"")]
    [InlineData("i", "42", "42")]
    [InlineData("i", "4.5", "\"4.5\"")]
    [InlineData("i", "many", "\"many\"")]
    [InlineData("n", "-1.5e3", "-1.5e3")]
    [InlineData("b", "true", "true")]
    [InlineData("b", "True", "true")]
    [InlineData("b", "yes", "\"yes\"")]
    [InlineData("o", "{\"k\": [1]}", "{\"k\": [1]}")]
    [InlineData("o", "{'k': [True, None]}", "{\"k\": [true, null]}")]
    [InlineData("o", "{\"k\": ", "\"{\\\"k\\\": \"")]
    [InlineData("l", "[1, \"a\"]", "[1, \"a\"]")]
    [InlineData("l", "{}", "\"{}\"")]
    [InlineData("sn", "null", "null")]
    [InlineData("sn", "text", "\"text\"")]
    [InlineData("is", "7", "7")]
    [InlineData("is", "7a", "\"7a\"")]
    [InlineData("u", "False", "false")]
    [InlineData("u", "[]", "[]")]
    [InlineData("r", "low", "\"low\"")]
    [InlineData("r", "3", "3")]
    [InlineData("free", "3", "3")]
    [InlineData("free", "three", "\"three\"")]
    [InlineData("undeclared", "{\"a\": 1}", "{\"a\": 1}")]
    public void Parse_Value_IsTypedByTheSchema(string name, string value, string json)
    {
        var reply = Read(
            Qwen,
            $"<tool_call>\n<function=t>\n<parameter={name}>\n{value}\n</parameter>\n</function>\n</tool_call>",
            TypedRequest
        );

        var call = Assert.Single(reply.Calls);
        Assert.Null(call.Problem);
        var arguments = JsonElement.Parse(call.Arguments);
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(json), arguments.GetProperty(name)), call.Arguments);
    }

    [Theory]
    [InlineData("a < b && c > d")]
    [InlineData("<parameter=x>\n1\n</parameter>")]
    [InlineData("</parameter>")]
    [InlineData("a</parameter>b")]
    [InlineData("</parameter> <p>")]
    [InlineData("</parameter>\n\n\n</param")]
    [InlineData("<function=get_weather>")]
    [InlineData("</function>\n</tool_call>")]
    [InlineData("\n\n")]
    [InlineData("")]
    [InlineData("  indented\n\ttoo  ")]
    public void Parse_TextThatLooksLikeTheFormat_StaysAsItIs(string value)
    {
        var reply = Read(
            Qwen,
            $"Before\n<tool_call>\n<function=t>\n<parameter=s>\n{value}\n</parameter>\n<parameter=i>\n1\n</parameter>\n</function>\n</tool_call>\nAfter",
            TypedRequest
        );

        Assert.Equal(
            "Before\nAfter",
            string.Join('\n', reply.Parts.Where(static p => p.Call is null).Select(static p => p.Text))
        );
        var call = Assert.Single(reply.Calls);
        Assert.Null(call.Problem);
        var arguments = JsonElement.Parse(call.Arguments);
        Assert.Equal(value, arguments.GetProperty("s").GetString());
        Assert.Equal(1, arguments.GetProperty("i").GetInt32());
    }

    [Fact]
    public void Parse_LastValueWithoutItsEnd_EndsWithTheCall()
    {
        var reply = Read(
            Qwen,
            "<tool_call>\n<function=t>\n<parameter=s>\ntext\n</function>\n</tool_call>",
            TypedRequest
        );

        var call = Assert.Single(reply.Calls);
        Assert.Equal(("""{"s": "text"}""", null), (call.Arguments, call.Problem));
    }

    [Fact]
    public void Parse_ReplyCutWithinAValue_TellsWhatIsThere()
    {
        var reply = Read(
            Qwen,
            "<tool_call>\n<function=t>\n<parameter=i>\n1\n</parameter>\n<parameter=s>\nhalf",
            TypedRequest
        );

        var call = Assert.Single(reply.Calls);
        Assert.StartsWith("""{"i": 1, "s": "half""", call.Arguments, StringComparison.Ordinal);
        Assert.NotNull(call.Problem);
    }

    [Theory]
    [InlineData(
        "<tool_call>\n<function=t>\n<parameter=s>\na\n</parameter>\n<parameter=s>\nb\n</parameter>\n</function>\n</tool_call>"
    )]
    [InlineData("<tool_call>\n<function=t>\nstray\n</function>\n</tool_call>")]
    public void Parse_CallThatIsNotWhole_HasAProblem(string text) =>
        Assert.NotNull(Assert.Single(Read(Qwen, text, TypedRequest).Calls).Problem);

    [Fact]
    public void Parse_JsonBetweenTheTags_IsTakenForTheArguments() =>
        Assert.Equal(
            new ParsedToolCall(null, "t", """{"i": 1}"""),
            Assert.Single(
                Read(Qwen, "<tool_call>\n<function=t>\n{\"i\": 1}\n</function>\n</tool_call>", TypedRequest).Calls
            )
        );

    [Theory]
    [InlineData("Use <function=other> there.")]
    [InlineData("A <tool_call> is a tag.")]
    [InlineData("x <function=t")]
    public void Parse_TextThatOnlySpeaksOfTags_IsText(string text) =>
        Assert.Equal(text, Read(Qwen, text, TypedRequest).Content);
}
