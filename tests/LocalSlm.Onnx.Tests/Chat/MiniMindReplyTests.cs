using LocalSlm.Onnx;
using LocalSlm.Testing;
using Microsoft.Extensions.AI;
using Xunit;

namespace LocalSlm.Tests.Chat;

/// <summary>The chat model that every build restores, as a graph of floats.</summary>
[Collection("native")]
public sealed class MiniMindReplyTests
{
    [Fact]
    public async Task GetResponse_CapitalOfFrance_IsTheReplyOfTheSameWeightsAsGguf()
    {
        await using var client = await OnnxModel.LoadChatClientAsync(
            TestAssets.MiniMindOnnxFolder,
            new ModelLoadOptions { ContextTokens = 512, MaxConcurrentReplies = 1 },
            cancellationToken: TestContext.Current.CancellationToken
        );

        var reply = await client.GetResponseAsync(
            "What is the capital of France?",
            new ChatOptions { Temperature = 0, MaxOutputTokens = 32 },
            TestContext.Current.CancellationToken
        );

        Assert.Equal("The capital of France is Paris.", reply.Text);
        Assert.Equal(ChatFinishReason.Stop, reply.FinishReason);
    }
}
