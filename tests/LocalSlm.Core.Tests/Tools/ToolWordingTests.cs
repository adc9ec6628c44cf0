using System.Text.Json;
using LocalSlm.Constraints.Grammar;
using LocalSlm.Tools;

namespace LocalSlm.Tests.Tools;

/// <summary>Calls of the history in words are what the format's own parser reads, and what its grammar allows.</summary>
public class ToolWordingTests
{
    private static readonly ToolDescription Mail = new(
        "send_mail",
        "Sends a mail.",
        JsonElement.Parse(
            """
            {"type":"object","properties":{
              "to":{"type":"array","items":{"type":"string"}},"body":{"type":"string"},"count":{"type":"integer"},
              "urgent":{"type":"boolean"},"reply_to":{"type":["string","null"]},
              "meta":{"type":"object","properties":{"k":{"type":"integer"},"on":{"type":"boolean"}},"additionalProperties":false}},
              "additionalProperties":false}
            """
        )
    );

    private static readonly ParsedToolCall Letter = new(
        "a1B2c3D4e",
        "send_mail",
        """{"to": ["Ada", "it's \"me\""], "body": "Line 1\nLine 2: é {x} 😀, <b>", "count": -3, "urgent": true, "reply_to": null, "meta": {"k": 1, "on": false}}"""
    );

    private static readonly ParsedToolCall Ping = new("f6G7h8I9j", "ping", "{}");

    public static TheoryData<string> Formats => [.. ToolFormats.All.Select(static f => f.Name)];

    [Theory]
    [MemberData(nameof(Formats))]
    public void WriteCalls_OneCall_IsReadBackAndFitsTheGrammar(string name)
    {
        var format = ToolFormats.Find(name)!;
        foreach (var call in new[] { Letter, Ping })
        {
            string text = format.Wording.WriteCalls([call]);

            AssertReadBack(format, text, call);
            Assert.True(GrammarSample.Accepts(Grammar(format), AsReply(format, text)), text);
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void WriteCalls_SeveralCalls_AreReadBackInOrder(string name)
    {
        var format = ToolFormats.Find(name)!;

        AssertReadBack(format, format.Wording.WriteCalls([Letter, Ping, Letter]), Letter, Ping, Letter);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void WriteCalls_CallWithoutAnId_IsReadBack(string name)
    {
        var format = ToolFormats.Find(name)!;

        AssertReadBack(format, format.Wording.WriteCalls([Ping with { Id = null }]), Ping);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Describe_ShowsACallThatTheFormatReads(string name)
    {
        var format = ToolFormats.Find(name)!;
        string example = format.Wording.WriteCalls([new ParsedToolCall(null, "tool_name", """{"key": "value"}""")]);

        string told = format.Wording.Describe([Mail]);

        Assert.Contains($"\n{example}\n", told, StringComparison.Ordinal);
        Assert.DoesNotContain(JsonCallLayout.BlankMark, told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mistral", "a1B2c3D4e")]
    [InlineData("mistral-call-id", "a1B2c3D4e")]
    [InlineData("kimi-k2", "functions.send_mail:0")]
    [InlineData("command-r7b", "0")]
    public void WriteCalls_FamilyWithIds_WritesThem(string name, string id)
    {
        var format = ToolFormats.Find(name)!;

        var reply = ReplySample.Read(format, format.Wording.WriteCalls([Letter]), Request(format));

        Assert.Equal(id, Assert.Single(reply.Calls).Id);
    }

    [Theory]
    [InlineData("functiongemma", "<escape>")]
    [InlineData("functiongemma", "<end_function_call>")]
    [InlineData("gemma4", "<|\"|>")]
    [InlineData("gemma4", "<tool_call|>")]
    [InlineData("qwen3-coder", "</parameter> and more")]
    [InlineData("glm-4.5", "</arg_value> and more")]
    public void WriteCalls_TextWithTheFormatsOwnMark_IsReadBack(string name, string mark)
    {
        var format = ToolFormats.Find(name)!;
        var call = new ParsedToolCall(null, "send_mail", $$"""{"body": {{PlainJson.Quote($"a {mark}")}}}""");
        string text = format.Wording.WriteCalls([call]);

        var reply = ParsedReply.Read(format, Request(format), text);

        Assert.Equal(
            $"a {mark}",
            JsonElement.Parse(Assert.Single(reply.Calls).Arguments).GetProperty("body").GetString()
        );
    }

    private static void AssertReadBack(ToolFormat format, string text, params ParsedToolCall[] calls)
    {
        var reply = ReplySample.Read(format, text, Request(format));

        Assert.True(reply.Parts.Count == calls.Length && reply.Calls.Count == calls.Length, $"{text}\n{reply}");
        foreach (var (expected, read) in calls.Zip(reply.Calls))
        {
            Assert.True(read.Problem is null, $"{text}\n{reply}");
            Assert.Equal(expected.Name, read.Name);
            Assert.True(
                JsonElement.DeepEquals(JsonElement.Parse(expected.Arguments), JsonElement.Parse(read.Arguments)),
                $"{text}\n{reply}"
            );
        }
    }

    private static ReplyParserInput Request(ToolFormat format) => new() { Tools = [Mail, ReplySample.Ping] };

    private static GrammarNode Grammar(ToolFormat format) =>
        format.BuildGrammar(GrammarSample.Input([Mail, ReplySample.Ping])).Forced;

    /// <summary>A reply may begin where the prompt has the mark already, and ends before the token that ends it.</summary>
    private static string AsReply(ToolFormat format, string text) =>
        format.Name switch
        {
            "functionary-v3.2" => text[">>>".Length..],
            "harmony" => text[..^"<|call|>".Length],
            _ => text,
        };
}
