using LocalSlm.Testing.Fakes;
using Microsoft.Extensions.AI;

namespace LocalSlm.Tests.Chat;

/// <summary>Every property of <see cref="ChatOptions"/> is decided on: a new one fails here until somebody does.</summary>
public sealed class ChatOptionsDecisionTests
{
    private static readonly ChatMessage[] s_hello = [new(ChatRole.User, "hello")];

    // A value that is honoured, and one that is refused by name (null where no value is).
    private static readonly Dictionary<
        string,
        (Action<ChatOptions> Honoured, Action<ChatOptions>? Refused)
    > s_decisions = new()
    {
        [nameof(ChatOptions.ConversationId)] = (o => o.ConversationId = null, o => o.ConversationId = "c1"),
        [nameof(ChatOptions.Instructions)] = (o => o.Instructions = "be brief", null),
        [nameof(ChatOptions.Temperature)] = (o => o.Temperature = 0.5f, null),
        [nameof(ChatOptions.MaxOutputTokens)] = (o => o.MaxOutputTokens = 7, null),
        [nameof(ChatOptions.TopP)] = (o => o.TopP = 0.5f, null),
        [nameof(ChatOptions.TopK)] = (o => o.TopK = 3, null),
        [nameof(ChatOptions.FrequencyPenalty)] = (o => o.FrequencyPenalty = 0.5f, null),
        [nameof(ChatOptions.PresencePenalty)] = (o => o.PresencePenalty = 0.5f, null),
        [nameof(ChatOptions.Seed)] = (o => o.Seed = 42, null),
        [nameof(ChatOptions.Reasoning)] = (
            o => o.Reasoning = new() { Effort = ReasoningEffort.None, Output = ReasoningOutput.None },
            o => o.Reasoning = new() { Output = ReasoningOutput.Summary }
        ),
        [nameof(ChatOptions.ResponseFormat)] = (o => o.ResponseFormat = ChatResponseFormat.Json, null),
        [nameof(ChatOptions.ModelId)] = (o => o.ModelId = FakeChatModel.Name, null),
        [nameof(ChatOptions.StopSequences)] = (o => o.StopSequences = ["END"], null),
        [nameof(ChatOptions.AllowMultipleToolCalls)] = (o => o.AllowMultipleToolCalls = true, null),
        [nameof(ChatOptions.ToolMode)] = (o => o.ToolMode = ChatToolMode.None, null),
        [nameof(ChatOptions.Tools)] = (
            o => o.Tools = [AIFunctionFactory.Create(() => 1, "one")],
            o => o.Tools = [new HostedWebSearchTool()]
        ),
        [nameof(ChatOptions.AllowBackgroundResponses)] = (
            o => o.AllowBackgroundResponses = false,
            o => o.AllowBackgroundResponses = true
        ),
        [nameof(ChatOptions.ContinuationToken)] = (
            o => o.ContinuationToken = null,
            o => o.ContinuationToken = ResponseContinuationToken.FromBytes(new byte[] { 1 })
        ),
        [nameof(ChatOptions.RawRepresentationFactory)] = (
            o => o.RawRepresentationFactory = _ => null,
            o => o.RawRepresentationFactory = _ => new Uri("http://example.org")
        ),
        [nameof(ChatOptions.AdditionalProperties)] = (
            o => o.AdditionalProperties = new() { ["min_p"] = 0.1 },
            o => o.AdditionalProperties = new() { ["num_ctx"] = 1 }
        ),
    };

    [Fact]
    public void ChatOptions_EveryProperty_IsDecidedOn()
    {
        var properties = typeof(ChatOptions).GetProperties().Select(property => property.Name).Order();

        Assert.Equal(properties, s_decisions.Keys.Order());
    }

    [Fact]
    public async Task GetResponse_HonouredValues_Succeed()
    {
        foreach (var (name, (honoured, _)) in s_decisions)
        {
            var model = new FakeChatModel();
            var options = new ChatOptions();
            honoured(options);

            var response = await model.Client.GetResponseAsync(s_hello, options);

            Assert.True(response.Text == "Hello, world", name);
        }
    }

    [Fact]
    public void GetStreamingResponse_RefusedValues_ThrowAtTheCallAndNameTheOption()
    {
        foreach (var (name, (_, refused)) in s_decisions.Where(decision => decision.Value.Refused is not null))
        {
            var model = new FakeChatModel();
            var options = new ChatOptions();
            refused!(options);

            // No enumeration.
            var error = Assert.Throws<NotSupportedException>(() =>
                model.Client.GetStreamingResponseAsync(s_hello, options)
            );

            Assert.Contains(name, error.Message, StringComparison.Ordinal);
            Assert.Empty(model.Generator.Requests);
        }
    }

    [Fact]
    public async Task GetResponse_RefusedValues_Throw()
    {
        foreach (var (name, (_, refused)) in s_decisions.Where(decision => decision.Value.Refused is not null))
        {
            var model = new FakeChatModel();
            var options = new ChatOptions();
            refused!(options);

            var error = await Assert.ThrowsAsync<NotSupportedException>(() =>
                model.Client.GetResponseAsync(s_hello, options)
            );

            Assert.Contains(name, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void GetStreamingResponse_ForeignModelId_IsRefusedWithBothNames()
    {
        var error = Assert.Throws<ModelNotFoundException>(() =>
            new FakeChatModel().Client.GetStreamingResponseAsync(s_hello, new() { ModelId = "gpt-x" })
        );

        Assert.Equal("gpt-x", error.Model);
        Assert.Contains(FakeChatModel.Name, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void GetStreamingResponse_UnknownAdditionalProperty_IsNamedWithTheKnownOnes()
    {
        var options = new ChatOptions { AdditionalProperties = new() { ["num_ctx"] = 4096 } };

        var error = Assert.Throws<NotSupportedException>(() =>
            new FakeChatModel().Client.GetStreamingResponseAsync(s_hello, options)
        );

        Assert.Contains("num_ctx", error.Message, StringComparison.Ordinal);
        Assert.Contains("top_logprobs", error.Message, StringComparison.Ordinal);
    }
}
