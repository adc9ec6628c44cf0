using LocalSlm.Testing;
using LocalSlm.Tests.Runtime;

namespace LocalSlm.Tests.Chat;

/// <summary>Tool calls of a real model on llama.cpp.</summary>
[Collection("native")]
public sealed class CallReplyTests : IAsyncLifetime
{
    private LocalModel? _model;

    // One thread: the test's own work would make two of them wait for each other.
    public async ValueTask InitializeAsync() =>
        _model = await LocalModel.LoadAsync(
            LoadedModels.Runtime,
            TestAssets.MiniMindPath,
            new ModelLoadOptions
            {
                ContextTokens = 2048,
                MaxConcurrentReplies = 4,
                Threads = 1,
                AdaptThreads = false,
            }
        );

    public ValueTask DisposeAsync() => _model?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task GetResponse_ForcedCalls_AreValid() =>
        Assert.True(
            await CallReplies.ForcedCalls_AreValid(_model!.CreateChatClient(), seeds: 60, atOnce: 4) > 0,
            "Never two calls."
        );

    [Fact]
    public Task GetResponse_OtherModes_Hold() => CallReplies.OtherModes_Hold(_model!.CreateChatClient(), seeds: 6);

    [Fact]
    public Task GetResponse_InvokedFunctions_AreCalledAndAnswered() =>
        CallReplies.InvokedFunctions_AreCalledAndAnswered(_model!.CreateChatClient());
}
