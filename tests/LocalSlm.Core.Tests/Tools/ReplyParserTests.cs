using LocalSlm.Tools;
using static LocalSlm.Tests.Tools.ReplySample;

namespace LocalSlm.Tests.Tools;

public class ReplyParserTests
{
    private const string ParisCall =
        """<tool_call>{"name": "get_weather", "arguments": {"city": "Paris"}}</tool_call>""";

    private static ToolFormat Hermes => JsonToolFormats.Hermes;

    [Fact]
    public void Append_PlainText_GivesEachPieceAtOnce()
    {
        var parser = Hermes.CreateParser(Request);
        var parts = new List<ReplyPart>();

        parser.Append("Hel", parts);
        parser.Append("lo, 1 < 2 and <b>", parts);

        Assert.Equal([Text("Hel"), Text("lo, 1 < 2 and <b>")], parts);
    }

    [Fact]
    public void Append_WhatMayBecomeAMarker_IsHeldBackUntilItCannot()
    {
        var parser = Hermes.CreateParser(Request);
        var parts = new List<ReplyPart>();

        parser.Append("a <tool", parts);
        Assert.Equal([Text("a")], parts);
        parser.Append("_x>", parts);

        Assert.Equal("a <tool_x>", string.Concat(parts.Select(static p => p.Text)));
    }

    [Fact]
    public void Append_Call_ComesOnceItsObjectIsClosed()
    {
        var parser = Hermes.CreateParser(Request);
        var parts = new List<ReplyPart>();

        parser.Append("""<tool_call>{"name": "get_weather", "arguments": {"city": "Paris"}""", parts);
        Assert.Empty(parts);
        parser.Append("}", parts);
        Assert.Equal([Call(Paris)], parts);
        parser.Append("</tool_call>", parts);
        parser.Complete(parts);

        Assert.Single(parts);
    }

    [Fact]
    public void Append_Reasoning_StreamsAndWhiteSpaceAroundTagsIsLeftOut()
    {
        var parser = Hermes.CreateParser(Request);
        var parts = new List<ReplyPart>();

        parser.Append("\n<think>\nOne", parts);
        Assert.Equal([Reasoning("One")], parts);
        parser.Append(" two\n</think>\n\nThree", parts);
        parser.Complete(parts);

        Assert.Equal([Reasoning("One"), Reasoning(" two"), Text("Three")], parts);
    }

    [Fact]
    public void Parse_TextBetweenCalls_IsKept()
    {
        var reply = Read(Hermes, $"Before.\n{ParisCall}\n\n{ParisCall}\nBetween \n{ParisCall}  After.\n");

        AssertParts(reply, Text("Before."), Call(Paris), Call(Paris), Text("Between"), Call(Paris), Text("After.\n"));
    }

    [Theory]
    [InlineData("  two\n\nlines \n")]
    [InlineData(" ")]
    [InlineData("<tool_cal")]
    [InlineData("a < b <think> c </think> d")]
    [InlineData("<<<<<tool_call")]
    public void Parse_TextWithoutMarkers_IsGivenAsItIs(string text) => AssertParts(Read(Hermes, text), Text(text));

    [Fact]
    public void Parse_NothingOrWhiteSpaceBesideACall_GivesNoText()
    {
        AssertParts(Read(Hermes, ""));
        AssertParts(Read(Hermes, $" \n{ParisCall}\n "), Call(Paris));
        AssertParts(Read(Hermes, "<think>\n\n</think>\n\n"));
    }

    [Fact]
    public void Parse_NoToolsInRequest_TakesNothingForACall() =>
        AssertParts(Read(Hermes, ParisCall, WithoutTools), Text(ParisCall));

    [Fact]
    public void Parse_UnknownToolBehindACertainMarker_IsACall() =>
        AssertParts(
            Read(Hermes, """<tool_call>{"name": "nope", "arguments": {}}</tool_call>"""),
            Call(new ParsedToolCall(null, "nope", "{}"))
        );

    [Fact]
    public void Parse_PromptThatOpenedThinking_BeginsInReasoning()
    {
        var opened = Request with { PromptEnd = "<|im_start|>assistant\n<think>\n" };
        var closed = Request with { PromptEnd = "<|im_start|>assistant\n<think>\n\n</think>\n\n" };

        AssertParts(Read(Hermes, "\nHm. </think>\n\nYes.", opened), Reasoning("Hm."), Text("Yes."));
        AssertParts(Read(Hermes, "Yes.", closed), Text("Yes."));
        AssertParts(Read(Hermes, "Hm", opened), Reasoning("Hm"));
    }

    [Fact]
    public void Parse_ReasoningNotToldApart_StaysInTheTextWithItsTags()
    {
        var opened = Request with { PromptEnd = "<think>\n", SplitsReasoning = false };
        var free = Request with { SplitsReasoning = false };

        AssertParts(Read(Hermes, "Hm.\n</think>\n\nYes.", opened), Text("<think>\nHm.\n</think>\n\nYes."));
        AssertParts(Read(Hermes, "<think>Hm.</think> Yes.", free), Text("<think>Hm.</think> Yes."));
        AssertParts(Read(Hermes, $"<think>Hm.</think>{ParisCall}", free), Text("<think>Hm.</think>"), Call(Paris));
    }

    [Fact]
    public void Parse_ContinuedMessage_KeepsItsFirstWhiteSpace()
    {
        var text = Request with { PromptEnd = "<|im_start|>assistant\nHello,", ContinuesMessage = true };
        var thinking = Request with { PromptEnd = "<think>\nI'm", ContinuesMessage = true };

        AssertParts(Read(Hermes, " world", text), Text(" world"));
        AssertParts(Read(Hermes, " thinking</think> Hi", thinking), Reasoning(" thinking"), Text("Hi"));
        AssertParts(Read(JsonToolFormats.Llama3, """{"name": "ping"}""", text), Text("""{"name": "ping"}"""));
    }

    [Fact]
    public void Parse_CallWithinReasoning_EndsIt()
    {
        var opened = Request with { PromptEnd = "<think>\n" };

        AssertParts(
            Read(Hermes, $"I use <tool_call> tags. {ParisCall}</think>Done.", opened),
            Reasoning("I use <tool_call> tags."),
            Call(Paris),
            Text("Done.")
        );
    }

    [Fact]
    public void Parse_MarkersWithinStrings_AreNotRead()
    {
        var reply = Read(
            Hermes,
            """<tool_call>{"name": "ping", "arguments": {"a": "</tool_call> }{ \" <think>"}}</tool_call>ok"""
        );

        AssertParts(
            reply,
            Call(new ParsedToolCall(null, "ping", """{"a": "</tool_call> }{ \" <think>"}""")),
            Text("ok")
        );
    }

    [Theory]
    [InlineData("""<tool_call>{"name": "get_weather", "argum""", "get_weather", "")]
    [InlineData("""<tool_call>{"name": "get_weather", "arguments": {"city": "Pa""", "get_weather", """{"city": "Pa""")]
    [InlineData("<tool_call>", "", "")]
    [InlineData("""<tool_call>{"na""", "", """{"na""")]
    public void Complete_CallCutOff_ComesWithItsProblem(string text, string name, string arguments)
    {
        var call = Assert.Single(Read(Hermes, text).Parts).Call;

        Assert.Equal((name, arguments), (call!.Name, call.Arguments));
        Assert.NotNull(call.Problem);
    }

    [Theory]
    [InlineData("<tool_call>get_weather Paris</tool_call>", "get_weather Paris")]
    [InlineData("<tool_call>get_weather Paris", "get_weather Paris")]
    [InlineData("""<tool_call>{"name": "ping", "arguments": {]}</tool_call>""", null)]
    [InlineData("""<tool_call>{"arguments": {}}</tool_call>""", """{"arguments": {}}""")]
    [InlineData("""<tool_call>{"name": "ping", "arguments": [1]}</tool_call>""", "[1]")]
    [InlineData("""<tool_call>{"name": "ping", "arguments": "no"}</tool_call>""", "no")]
    [InlineData("""<tool_call>{"name": "ping", "city": 1}</tool_call>""", """{"name": "ping", "city": 1}""")]
    public void Parse_BodyThatIsNoCall_ComesWithItsProblemAndNeverAsText(string text, string? arguments)
    {
        var call = Assert.Single(Read(Hermes, text).Parts).Call;

        Assert.NotNull(call!.Problem);
        if (arguments is not null)
        {
            Assert.Equal(arguments, call.Arguments);
        }
    }

    [Fact]
    public void Parse_ExpectedJson_LeavesOutTheFenceAroundIt()
    {
        var json = WithoutTools with { ExpectsJson = true };

        AssertParts(
            Read(Hermes, "<think>x</think>\n```json\n{\"a\": \"`\"}\n```\n", json),
            Reasoning("x"),
            Text("{\"a\": \"`\"}")
        );
        AssertParts(Read(Hermes, "```\n[1]\n```", json), Text("[1]"));
        AssertParts(Read(Hermes, "{\"a\": 1}", json), Text("{\"a\": 1}"));
        AssertParts(Read(Hermes, "``", json), Text("``"));
        AssertParts(Read(Hermes, "```json\n{}\n```"), Text("```json\n{}\n```"));
    }
}
