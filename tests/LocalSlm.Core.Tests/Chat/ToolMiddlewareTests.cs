using System.Text.Json;
using LocalSlm.Testing.Fakes;
using Microsoft.Extensions.AI;

namespace LocalSlm.Tests.Chat;

/// <summary>Calls under the middleware of Microsoft.Extensions.AI that runs them.</summary>
public sealed class ToolMiddlewareTests
{
    private static readonly ChatMessage s_hello = new(ChatRole.User, "hello");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task UseFunctionInvocation_UnreadableArguments_NeverRunAFunctionThatNeedsNone(bool streams)
    {
        var model = Replies(Call("erase", "{\"pattern\": oops}"), "Done.");
        var runs = 0;
        void Erase(string? pattern = null) => runs++;

        var response = await AskAsync(model, streams, AIFunctionFactory.Create(Erase, "erase"));

        var call = Assert.IsType<FunctionCallContent>(Assert.Single(Assert.Single(response.Messages).Contents));
        Assert.NotNull(call.Exception);
        Assert.True(call.InformationalOnly);
        Assert.Equal(0, runs);
        Assert.Single(model.Generator.Requests);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task UseFunctionInvocation_UnreadableArguments_AreToldToTheModelWhereSomeAreRequired(bool streams)
    {
        var model = Replies(Call("erase", "{\"pattern\": oops}"), "Done.");
        var runs = 0;
        void Erase(string pattern) => runs++;

        var response = await AskAsync(model, streams, AIFunctionFactory.Create(Erase, "erase"));

        Assert.Equal("Done.", response.Text);
        Assert.Equal(0, runs);
        Assert.Contains("Error: Function failed.", model.LastPrompt, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UseFunctionInvocation_FunctionThatNeedsApproval_RunsOnceApproved()
    {
        var model = Replies(Call("erase", "{\"pattern\": \"x\"}"), "Done.");
        var seen = new List<string>();
        var options = Options(
            new ApprovalRequiredAIFunction(AIFunctionFactory.Create((string pattern) => seen.Add(pattern), "erase"))
        );
        using var client = model.Client.AsBuilder().UseFunctionInvocation().Build();

        var first = await client.GetResponseAsync([s_hello], options);
        var request = Assert.IsType<ToolApprovalRequestContent>(Assert.Single(first.Messages[0].Contents));
        Assert.Empty(seen);
        var second = await client.GetResponseAsync(
            [s_hello, .. first.Messages, new(ChatRole.User, [request.CreateResponse(true)])],
            options
        );

        Assert.Equal(["x"], seen);
        Assert.Equal("Done.", second.Messages[^1].Text);
        Assert.Contains("<tool_response>\n", model.LastPrompt, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task UseFunctionInvocation_Declaration_LeavesTheCallToTheCaller(bool streams)
    {
        var model = Replies(Call("erase", "{}"), "Done.");

        var response = await AskAsync(
            model,
            streams,
            AIFunctionFactory.CreateDeclaration("erase", null, JsonElement.Parse("{}"))
        );

        Assert.Equal("erase", Assert.IsType<FunctionCallContent>(response.Messages[0].Contents[0]).Name);
        Assert.Equal(ChatFinishReason.ToolCalls, response.FinishReason);
        Assert.Single(model.Generator.Requests);
    }

    [Fact]
    public async Task UseFunctionInvocation_Stream_HasOneMessageForEachRoundAndIdsOfTheirOwn()
    {
        var model = Replies(
            $"<think>\nA\n</think>\n\nFirst {Call("erase", "{\"pattern\": \"x\"}")}\n{Call("erase", "{\"pattern\": \"y\"}")}",
            $"Then {Call("erase", "{\"pattern\": \"z\"}")}",
            "Done."
        );
        using var client = model.Client.AsBuilder().UseFunctionInvocation().Build();

        var updates = await client
            .GetStreamingResponseAsync(
                [s_hello],
                Options(AIFunctionFactory.Create((string pattern) => pattern, "erase"))
            )
            .ToListAsync();

        var replies = updates.Where(update => update.Role == ChatRole.Assistant).ToList();
        Assert.Equal(3, replies.Select(update => update.MessageId).Distinct().Count());
        var calls = updates.SelectMany(update => update.Contents).OfType<FunctionCallContent>().ToList();
        Assert.Equal(3, calls.Select(call => call.CallId).Distinct().Count());
        Assert.Equal(
            calls.Select(call => call.CallId),
            updates
                .SelectMany(update => update.Contents)
                .OfType<FunctionResultContent>()
                .Select(result => result.CallId)
        );
        Assert.Equal(
            [ChatRole.Assistant, ChatRole.Tool, ChatRole.Assistant, ChatRole.Tool, ChatRole.Assistant],
            updates.ToChatResponse().Messages.Select(message => message.Role)
        );
    }

    private static string Call(string name, string arguments) =>
        $"<tool_call>\n{{\"name\": \"{name}\", \"arguments\": {arguments}}}\n</tool_call>";

    private static ChatOptions Options(AITool tool) => new() { Tools = [tool] };

    private static FakeChatModel Replies(params string[] rounds)
    {
        var model = ToolTemplates.Model();
        var round = 0;
        model.Generator.Script = _ =>
            ScriptedReply.Of([.. rounds[round++].Chunk(5).Select(piece => new string(piece))]);
        return model;
    }

    private static async Task<ChatResponse> AskAsync(FakeChatModel model, bool streams, AITool tool)
    {
        using var client = model.Client.AsBuilder().UseFunctionInvocation().Build();
        return streams
            ? await client.GetStreamingResponseAsync([s_hello], Options(tool)).ToChatResponseAsync()
            : await client.GetResponseAsync([s_hello], Options(tool));
    }
}
