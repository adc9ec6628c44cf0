using LocalSlm.Onnx;
using LocalSlm.Testing;
using Xunit;

namespace LocalSlm.Tests.Chat;

/// <summary>A real model, bound by schemas and tools, on ONNX Runtime.</summary>
[Collection("native")]
public sealed class BoundReplyTests
{
    [Fact]
    public async Task GetResponse_BoundReplies_HoldAsOnLlamaCpp()
    {
        await using var client = await OnnxModel.LoadChatClientAsync(
            TestAssets.MiniMindOnnxFolder,
            new ModelLoadOptions { ContextTokens = 1024, MaxConcurrentReplies = 1 },
            cancellationToken: TestContext.Current.CancellationToken
        );

        await BoundReplies.TypedReplies_AtAnyTemperature_AreOfTheirType(client, seeds: 2);
        await BoundReplies.RequiredCalls_AtAnyTemperature_AreValid(client, seeds: 4);
        await BoundReplies.OtherBounds_Hold(client);
    }
}
