using LocalSlm.Testing;
using LocalSlm.Tests.Runtime;
using Microsoft.Extensions.AI;

namespace LocalSlm.Tests.Chat;

/// <summary>MiniMind2-Small, loaded once for the tests of a class; one thread, so that results do not depend on the machine's
/// load.</summary>
public sealed class MiniMindFixture : IAsyncLifetime
{
    private LocalModel? _model;

    public LocalModel Model => _model ?? throw new InvalidOperationException("The model is not loaded.");

    public LocalChatClient Client { get; private set; } = null!;

    public static ModelLoadOptions Options =>
        new()
        {
            ContextTokens = 2048,
            CacheTokens = 4096,
            Threads = 1,
            AdaptThreads = false,
        };

    public async ValueTask InitializeAsync()
    {
        _model = await LocalModel.LoadAsync(LoadedModels.Runtime, TestAssets.MiniMindPath, Options);
        Client = _model.CreateChatClient();
    }

    public ValueTask DisposeAsync() => _model?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Waits until nothing is computed and nothing waits, and gives the figures.</summary>
    public async Task<EngineStatistics> RestAsync()
    {
        for (var tries = 0; ; tries++)
        {
            var now = Model.Statistics;
            if (now is { ActiveRequests: 0, QueuedRequests: 0, PausedRequests: 0 })
            {
                return now;
            }

            Assert.True(tries < 500, $"The engine does not come to rest: {now}");
            await Task.Delay(10);
        }
    }

    /// <summary>The tokens that a request is sent as.</summary>
    public List<int> Encode(string text, bool isControl)
    {
        var tokens = new List<int>();
        Model.Tokenizer.Encode([new PromptSpan(text, isControl)], addSpecialTokens: false, tokens);
        return tokens;
    }

    /// <summary>Asks the model for a short greedy reply, to see that it is well.</summary>
    public async Task AssertWellAsync()
    {
        var options = new ChatOptions { Temperature = 0, MaxOutputTokens = 16 };
        var response = await Client.GetResponseAsync("What is the capital of France?", options);
        Assert.Equal("The capital of France is Paris.", response.Text);
    }
}
