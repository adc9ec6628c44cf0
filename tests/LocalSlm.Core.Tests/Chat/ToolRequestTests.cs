using System.Text.Json;
using LocalSlm.Constraints;
using LocalSlm.Testing.Fakes;
using LocalSlm.Tests.Constraints.Regular;
using Microsoft.Extensions.AI;

namespace LocalSlm.Tests.Chat;

/// <summary>Requests in which tools meet the other options, and histories from elsewhere.</summary>
public sealed class ToolRequestTests
{
    private const string Call = "<tool_call>\n{\"name\": \"add\", \"arguments\": {\"a\":1}}\n</tool_call>";

    private static readonly ChatMessage s_hello = new(ChatRole.User, "hello");
    private static readonly AIFunction s_add = AIFunctionFactory.Create((int a) => a, "add");

    [Fact]
    public async Task GetResponse_ToolsAndResponseFormat_IsACallOrAnAnswer()
    {
        var model = ToolTemplates.Model(
            ToolTemplates
                .Hermes.Replace("enable_thinking", "other", StringComparison.Ordinal)
                .Replace("think>", "t>", StringComparison.Ordinal)
        );
        var options = new ChatOptions { Tools = [s_add], Choices = ["yes", "no"] };

        await model.Client.GetResponseAsync([s_hello], options);

        var phase = Assert.IsType<GrammarPhase>(Assert.Single(model.Generator.Requests[0].Shape!.Phases));
        var grammar = phase.Grammar.Build();
        Assert.True(GrammarRecognizer.Matches(grammar, "yes"));
        Assert.True(GrammarRecognizer.Matches(grammar, Call));
        Assert.False(GrammarRecognizer.Matches(grammar, "maybe"));
        Assert.False(GrammarRecognizer.Matches(grammar, Call.Replace("add", "sub", StringComparison.Ordinal)));
        Assert.False(GrammarRecognizer.Matches(grammar, $"yes{Call}"));
    }

    [Fact]
    public async Task GetResponse_ToolsAndResponseFormat_BothAreRead()
    {
        var model = ToolTemplates.Model();
        var options = new ChatOptions { Tools = [s_add], ResponseFormat = ChatResponseFormat.Json };
        model.Generator.Script = _ => ScriptedReply.Of(Call);
        var call = await model.Client.GetResponseAsync([s_hello], options);
        model.Generator.Script = _ => ScriptedReply.Of("{\"name\": ", "\"add\", \"arguments\": {}}");
        var answer = await model.Client.GetResponseAsync([s_hello], options);

        Assert.Equal(ChatFinishReason.ToolCalls, call.FinishReason);
        Assert.IsType<FunctionCallContent>(Assert.Single(call.Messages[0].Contents));
        Assert.Equal(ChatFinishReason.Stop, answer.FinishReason);
        Assert.Equal("{\"name\": \"add\", \"arguments\": {}}", answer.Text);
    }

    [Fact]
    public async Task GetResponse_SharedOptions_AreNotChangedByConcurrentRequests()
    {
        var options = new ChatOptions
        {
            Tools = [s_add],
            ToolMode = ChatToolMode.RequireSpecific("add"),
            Reasoning = new() { Effort = ReasoningEffort.Low },
            ReasoningBudgetTokens = 9,
            LenientSchemas = true,
            StopSequences = ["x"],
        };
        var before = JsonSerializer.Serialize(options, AIJsonUtilities.DefaultOptions);
        var model = ToolTemplates.Model();
        model.Generator.Script = _ => ScriptedReply.Of(Call);

        var replies = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(_ => Task.Run(() => model.Client.GetResponseAsync([s_hello], options)))
        );

        Assert.Equal(before, JsonSerializer.Serialize(options, AIJsonUtilities.DefaultOptions));
        Assert.Same(s_add, Assert.Single(options.Tools));
        Assert.Equal(
            16,
            replies.Select(reply => ((FunctionCallContent)reply.Messages[0].Contents[0]).CallId).Distinct().Count()
        );
    }

    [Fact]
    public async Task GetResponse_HistoryThroughJson_RendersAlike()
    {
        ChatMessage[] history =
        [
            s_hello,
            new(
                ChatRole.Assistant,
                [
                    new TextReasoningContent("hm"),
                    new FunctionCallContent(
                        "a/1:x",
                        "add",
                        new Dictionary<string, object?>
                        {
                            ["a"] = 1,
                            ["b"] = new[] { 1.5, 2 },
                            ["c"] = null,
                        }
                    )
                    {
                        RawRepresentation = new object(),
                    },
                    new FunctionCallContent("a/2:x", "add") { Exception = new FormatException("bad") },
                ]
            )
            {
                RawRepresentation = new object(),
            },
            // Out of order, in two messages.
            new(ChatRole.Tool, [new FunctionResultContent("a/2:x", new List<AIContent> { new TextContent("r2") })]),
            new(ChatRole.Tool, [new FunctionResultContent("a/1:x", new Dictionary<string, object?> { ["r"] = 1 })]),
        ];
        var json = JsonSerializer.Serialize(history, AIJsonUtilities.DefaultOptions);
        var read = JsonSerializer.Deserialize<ChatMessage[]>(json, AIJsonUtilities.DefaultOptions)!;
        var model = ToolTemplates.Model();

        await model.Client.GetResponseAsync(history);
        var direct = model.LastPrompt;
        Assert.Contains("\"arguments\": {\"a\": 1, \"b\": [1.5, 2], \"c\": null}", direct, StringComparison.Ordinal);
        Assert.Contains("<tool_response>\n{\"r\":1}\n</tool_response>", direct, StringComparison.Ordinal);
        Assert.Contains("<tool_response>\nr2\n</tool_response>", direct, StringComparison.Ordinal);

        await model.Client.GetResponseAsync(read);
        Assert.Equal(direct, model.LastPrompt);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task GetResponse_DropOldestTurns_NeverPartsACallFromItsResult(bool speaksBetween)
    {
        List<ChatMessage> history =
        [
            new(ChatRole.User, new string('1', 50)),
            new(ChatRole.Assistant, "ok"),
            new(ChatRole.User, "go on"),
            new(
                ChatRole.Assistant,
                [new FunctionCallContent("7", "add", new Dictionary<string, object?> { ["a"] = new string('c', 50) })]
            ),
        ];
        if (speaksBetween)
        {
            history.Add(new(ChatRole.User, "still there?"));
        }

        history.Add(new(ChatRole.Tool, [new FunctionResultContent("7", new string('r', 50))]));
        history.Add(new(ChatRole.Assistant, "so"));
        history.Add(new(ChatRole.User, "last"));
        foreach (var contextTokens in Enumerable.Range(0, 40).Select(step => 70 + (step * 10)))
        {
            var model = new FakeChatModel(contextTokens, template: ToolTemplates.Hermes);
            await model.Client.GetResponseAsync(
                history,
                new() { OverflowPolicy = OverflowPolicy.DropOldestTurns, MaxOutputTokens = 5 }
            );

            var prompt = model.LastPrompt;
            Assert.Equal(
                prompt.Contains("cccc", StringComparison.Ordinal),
                prompt.Contains("rrrr", StringComparison.Ordinal)
            );
            Assert.Contains("last", prompt, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task GetResponse_ContinuedReplyWithTools_GoesOnAndMayCall()
    {
        var model = ToolTemplates.Model();
        model.Generator.Script = _ => ScriptedReply.Of(" check.\n", Call);

        var response = await model.Client.GetResponseAsync(
            [s_hello, new(ChatRole.Assistant, "Let me")],
            new() { Tools = [s_add] }
        );

        Assert.EndsWith("<|im_start|>assistant\nLet me", model.LastPrompt, StringComparison.Ordinal);
        Assert.Equal(" check.", response.Text);
        Assert.Equal("add", response.Messages[0].Contents.OfType<FunctionCallContent>().Single().Name);
    }

    [Fact]
    public async Task GetResponse_ReasoningHiddenWithACall_GivesTheCallAlone()
    {
        var model = ToolTemplates.Model();
        model.Generator.Script = _ => ScriptedReply.Of("<think>\nHm\n</think>\n\n", Call);
        var options = new ChatOptions
        {
            Tools = [s_add],
            Reasoning = new() { Output = ReasoningOutput.None },
        };

        var updates = await model.Client.GetStreamingResponseAsync([s_hello], options).ToListAsync();

        var contents = updates.SelectMany(update => update.Contents).ToList();
        Assert.DoesNotContain(contents, content => content is TextReasoningContent or TextContent);
        Assert.Single(contents.OfType<FunctionCallContent>());
        Assert.True(updates.ToChatResponse().Usage!.ReasoningTokenCount > 0);
    }

    [Fact]
    public void GetStreamingResponse_HugeToolSchema_IsBoundOrRefusedInTime()
    {
        var values = string.Join(',', Enumerable.Range(0, 100_000).Select(i => $"\"value {i}\""));
        var tool = AIFunctionFactory.CreateDeclaration(
            "huge",
            null,
            JsonElement.Parse($$"""{"type":"object","properties":{"x":{"enum":[{{values}}]} } }""")
        );
        var deep = AIFunctionFactory.CreateDeclaration(
            "deep",
            null,
            JsonElement.Parse(
                string.Concat(Enumerable.Repeat("{\"type\":\"object\",\"properties\":{\"x\":", 25))
                    + "{\"$ref\":\"#/$defs/none\"}"
                    + string.Concat(Enumerable.Repeat("}}", 25))
            )
        );
        var model = new FakeChatModel(contextTokens: 10_000_000, template: ToolTemplates.Hermes);

        var error = Assert.Throws<InvalidToolException>(() =>
        {
            _ = model.Client.GetStreamingResponseAsync([s_hello], new() { Tools = [s_add, deep] });
        });
        Assert.Contains("'deep'", error.Message, StringComparison.Ordinal);
        Assert.Contains("/properties/x", error.Message, StringComparison.Ordinal);
        try
        {
            _ = model.Client.GetStreamingResponseAsync([s_hello], new() { Tools = [tool] });
        }
        catch (InvalidToolException refused)
        {
            Assert.Contains("'huge'", refused.Message, StringComparison.Ordinal);
        }
    }
}
