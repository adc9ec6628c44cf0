using System.Text.Json;
using LocalSlm.Scheduling;
using LocalSlm.Testing.Fakes;
using Microsoft.Extensions.AI;

namespace LocalSlm.Tests.Chat;

/// <summary>Replies with calls and reasoning, from the text of the engine to contents.</summary>
public sealed class ToolReplyTests
{
    private const string Call =
        "<tool_call>\n{\"name\": \"add\", \"arguments\": {\"a\": 1, \"b\": 2.5, \"c\": [true, null]}}\n</tool_call>";

    private static readonly ChatMessage[] s_hello = [new(ChatRole.User, "hello")];

    private static ChatOptions Options =>
        new() { Tools = [AIFunctionFactory.Create((int a, double b, object? c = null) => a + b, "add")] };

    public static TheoryData<int> PieceLengths => [1, 3, 7, 1000];

    [Theory]
    [MemberData(nameof(PieceLengths))]
    public async Task GetResponse_TextCallTextCall_ComesAsContentsInOrder(int length)
    {
        var text = $"Let me see.\n{Call}\nAnd again:\n{Call}";
        var (whole, streamed) = await AskAsync(ToolTemplates.Model(), Cut(text, length), Options);

        foreach (var response in new[] { whole, streamed })
        {
            var message = Assert.Single(response.Messages);
            Assert.Equal(ChatFinishReason.ToolCalls, response.FinishReason);
            Assert.Collection(
                message.Contents,
                content => Assert.Equal("Let me see.", Assert.IsType<TextContent>(content).Text),
                content => AssertCall(content),
                content => Assert.Equal("And again:", Assert.IsType<TextContent>(content).Text),
                content => AssertCall(content)
            );
            var ids = message.Contents.OfType<FunctionCallContent>().Select(call => call.CallId).ToList();
            Assert.Equal(2, ids.Distinct().Count());
        }
    }

    [Theory]
    [MemberData(nameof(PieceLengths))]
    public async Task GetResponse_ReasoningThenText_IsToldApartAndCounted(int length)
    {
        const string Reasoning = "<think>\nHm, well.\n</think>\n\n";
        var pieces = Cut(Reasoning, length).Concat(Cut("The answer.", length)).ToArray();
        var (whole, streamed) = await AskAsync(ToolTemplates.Model(), pieces, new());

        foreach (var response in new[] { whole, streamed })
        {
            Assert.Collection(
                Assert.Single(response.Messages).Contents,
                content => Assert.Equal("Hm, well.", Assert.IsType<TextReasoningContent>(content).Text),
                content => Assert.Equal("The answer.", Assert.IsType<TextContent>(content).Text)
            );
            Assert.Equal("The answer.", response.Text);
            Assert.Equal(ChatFinishReason.Stop, response.FinishReason);

            // Every piece is a token here. Those of the tags belong to the reasoning.
            var expected = Cut(Reasoning, length).Length;
            Assert.InRange(response.Usage!.ReasoningTokenCount!.Value, expected - 2, expected);
        }
    }

    [Fact]
    public async Task GetResponse_ReasoningHidden_IsCountedAndNotGiven()
    {
        var options = new ChatOptions { Reasoning = new() { Output = ReasoningOutput.None } };
        var (whole, streamed) = await AskAsync(
            ToolTemplates.Model(),
            ["<think>", "Hm", "</think>", "Yes", " or no"],
            options
        );

        foreach (var response in new[] { whole, streamed })
        {
            Assert.Equal("Yes or no", Assert.IsType<TextContent>(Assert.Single(response.Messages[0].Contents)).Text);
            Assert.Equal(3, response.Usage!.ReasoningTokenCount);
        }
    }

    [Fact]
    public async Task GetResponse_PromptOpensTheThinking_ReplyBeginsWithReasoning()
    {
        var (whole, _) = await AskAsync(
            ToolTemplates.Model(ToolTemplates.Thinking),
            ["Hm", "</think>", "\n\nYes"],
            new()
        );

        Assert.Collection(
            whole.Messages[0].Contents,
            content => Assert.Equal("Hm", Assert.IsType<TextReasoningContent>(content).Text),
            content => Assert.Equal("Yes", Assert.IsType<TextContent>(content).Text)
        );
    }

    [Fact]
    public async Task GetResponse_MalformedArguments_AreTheCallsException()
    {
        const string Bad = "<tool_call>\n{\"name\": \"add\", \"arguments\": {\"a\": oops}}\n</tool_call>";
        var (whole, _) = await AskAsync(ToolTemplates.Model(), [Bad], Options);

        var call = Assert.IsType<FunctionCallContent>(Assert.Single(whole.Messages[0].Contents));
        Assert.Equal("add", call.Name);
        Assert.Null(call.Arguments);
        Assert.Contains("oops", call.Exception!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetResponse_LengthWithinACall_SaysLength()
    {
        var model = ToolTemplates.Model();
        model.Generator.Script = _ => new ScriptedReply([
            new("<tool_call>\n{\"name\": \"add\", \"argum", GenerationFinish.Length, null),
        ]);

        var response = await model.Client.GetResponseAsync(s_hello, Options);

        Assert.Equal(ChatFinishReason.Length, response.FinishReason);
        Assert.All(
            response.Messages[0].Contents,
            content => Assert.NotNull(Assert.IsType<FunctionCallContent>(content).Exception)
        );
    }

    [Fact]
    public async Task GetResponse_NoTools_CallsAreText()
    {
        var (whole, streamed) = await AskAsync(ToolTemplates.Model(), [Call], new());

        Assert.Equal([Call, Call], [whole.Text, streamed.Text]);
        Assert.Equal(ChatFinishReason.Stop, whole.FinishReason);
    }

    [Fact]
    public async Task GetResponse_TemplateWithoutToolsAndThinking_IsNotParsed()
    {
        var model = ToolTemplates.Model(ToolTemplates.Plain);
        var (whole, _) = await AskAsync(model, ["<think>", "Hm", "</think>\n", Call], new());

        Assert.Equal($"<think>Hm</think>\n{Call}", whole.Text);
        Assert.Null(whole.Usage!.ReasoningTokenCount);
        Assert.All(model.Generator.Requests, request => Assert.False(request.IncludesControlTokens));
        Assert.All(model.Generator.Requests, request => Assert.Null(request.Shape));
    }

    [Fact]
    public async Task GetResponse_IdsOfTheModelThatCameBefore_AreReplaced()
    {
        var model = ToolTemplates.Model();
        model.Generator.Script = _ =>
            ScriptedReply.Of("<tool_call>\n{\"name\": \"add\", \"arguments\": {}, \"id\": \"x\"}\n</tool_call>");

        var first = await model.Client.GetResponseAsync(s_hello, Options);
        var call = first.Messages[0].Contents.OfType<FunctionCallContent>().Single();
        var second = await model.Client.GetResponseAsync(
            [
                .. s_hello,
                new(ChatRole.Assistant, [call]),
                new(ChatRole.Tool, [new FunctionResultContent(call.CallId, 3)]),
            ],
            Options
        );

        Assert.NotEqual(call.CallId, second.Messages[0].Contents.OfType<FunctionCallContent>().Single().CallId);
    }

    [Fact]
    public async Task GetStreamingResponse_Call_ComesOnceAndWhole()
    {
        var model = ToolTemplates.Model();
        model.Generator.Script = _ => ScriptedReply.Of(Cut($"Wait. {Call}", 2));

        var updates = await model.Client.GetStreamingResponseAsync(s_hello, Options).ToListAsync();

        Assert.Single(updates.SelectMany(update => update.Contents).OfType<FunctionCallContent>());
        Assert.Equal("Wait.", string.Concat(updates.Select(update => update.Text)));
        Assert.True(updates.Count(update => update.Text.Length > 0) > 1);
        Assert.Single(updates.SelectMany(update => update.Contents).OfType<UsageContent>());
        Assert.Equal(ChatFinishReason.ToolCalls, updates[^1].FinishReason);
    }

    [Fact]
    public async Task GetResponse_NextTurn_FindsTheTokensOfAReplyWithACall()
    {
        var model = ToolTemplates.Model(remembers: true);
        var text = "\n<tool_call>\n{\"name\": \"the\", \"arguments\": {\"a\": 1}}\n</tool_call>";
        int[] tokens =
        [
            .. text.Replace("th", "\0", StringComparison.Ordinal).Select(c => c == '\0' ? CharacterTokenizer.Th : c),
        ];
        model.Generator.Script = _ => new ScriptedReply([new(text, GenerationFinish.Stop, null)])
        {
            OutputTokens = tokens,
        };
        var options = new ChatOptions { Tools = [AIFunctionFactory.Create((int a) => a, "the")] };

        var response = await model.Client.GetResponseAsync(s_hello, options);
        var call = response.Messages[0].Contents.OfType<FunctionCallContent>().Single();
        await model.Client.GetResponseAsync(
            [.. s_hello, .. response.Messages, new(ChatRole.Tool, [new FunctionResultContent(call.CallId, 1)])],
            options
        );

        var (first, second) = (model.Generator.Requests[0].Prompt, model.Generator.Requests[1].Prompt);
        Assert.Equal([.. first, .. tokens], second[..(first.Length + tokens.Length)]);
        Assert.True(model.Tokenizer.IsEndOfGeneration(second[first.Length + tokens.Length]));
    }

    private static void AssertCall(AIContent content)
    {
        var call = Assert.IsType<FunctionCallContent>(content);
        Assert.Equal("add", call.Name);
        Assert.Null(call.Exception);
        Assert.Equal(["a", "b", "c"], call.Arguments!.Keys);
        Assert.Equal(1, Assert.IsType<JsonElement>(call.Arguments["a"]).GetInt32());
        Assert.Equal(2.5, Assert.IsType<JsonElement>(call.Arguments["b"]).GetDouble());
        Assert.Equal("[true, null]", Assert.IsType<JsonElement>(call.Arguments["c"]).GetRawText());
    }

    private static string[] Cut(string text, int length) => [.. text.Chunk(length).Select(piece => new string(piece))];

    private static async Task<(ChatResponse Whole, ChatResponse Streamed)> AskAsync(
        FakeChatModel model,
        string[] pieces,
        ChatOptions options
    )
    {
        model.Generator.Script = _ => ScriptedReply.Of(pieces);
        return (
            await model.Client.GetResponseAsync(s_hello, options),
            await model.Client.GetStreamingResponseAsync(s_hello, options).ToChatResponseAsync()
        );
    }
}
