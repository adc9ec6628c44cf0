using System.Text;
using System.Text.Json;
using LocalSlm.Constraints;
using LocalSlm.Constraints.Grammar;
using LocalSlm.Gguf;
using LocalSlm.Sampling;
using LocalSlm.Scheduling;
using LocalSlm.Testing;
using LocalSlm.Testing.Constraints;
using LocalSlm.Tests.Runtime;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalSlm.Tests.Chat;

/// <summary>Replies of a real model within a grammar, below the chat client.</summary>
[Collection("native")]
public sealed class ConstrainedReplyTests
{
    [Fact]
    public async Task Submit_GrammarAtHighTemperature_GivesValidTextEveryTime()
    {
        using var model = await LoadedModels.Runtime.OpenAsync(
            TestAssets.MiniMindPath,
            MiniMindFixture.Options,
            NullLoggerFactory.Instance,
            progress: null,
            TestContext.Current.CancellationToken
        );
        await GrammarConformance.CheckAsync(model, MiniMindFixture.Options, seeds: 20);
    }
}
