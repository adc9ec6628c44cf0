using LocalSlm.Onnx;
using LocalSlm.Testing;
using LocalSlm.Testing.Constraints;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace LocalSlm.Tests.Chat;

/// <summary>Replies of a real model within a grammar, below the chat client.</summary>
[Collection("native")]
public sealed class ConstrainedReplyTests
{
    [Fact]
    public async Task Submit_GrammarAtHighTemperature_GivesValidTextEveryTime()
    {
        var options = new ModelLoadOptions { ContextTokens = 1024, MaxConcurrentReplies = 2 };
        using var model = await new OnnxModelRuntime().OpenAsync(
            TestAssets.MiniMindOnnxFolder,
            options,
            NullLoggerFactory.Instance,
            progress: null,
            TestContext.Current.CancellationToken
        );
        await GrammarConformance.CheckAsync(model, options, seeds: 8);
    }
}
