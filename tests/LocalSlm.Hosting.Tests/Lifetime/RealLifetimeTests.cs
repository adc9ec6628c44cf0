using LocalSlm.Gguf.Interop;
using LocalSlm.Hosting;
using LocalSlm.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LocalSlm.Tests.Hosting.Lifetime;

/// <summary>The host's end on the real native library.</summary>
public sealed class RealLifetimeTests
{
    private readonly int _handles = LiveHandles.Count;
    private readonly int _threads = LiveThreads.Count();

    [Fact]
    public async Task StopAsync_RepliesOfTwoModelsRun_EndsThemAndLeavesNothing()
    {
        using var host = NewHost();
        await host.StartAsync();
        var readers = new List<IAsyncEnumerator<ChatResponseUpdate>>();
        foreach (var name in (string[])["one", "other"])
        {
            var client = host.Services.GetRequiredKeyedService<IChatClient>(name);
            // Loaded by its first request; only then is there a tokenizer to ask.
            await client.GetResponseAsync("hi", new ChatOptions { MaxOutputTokens = 1 });
            var reader = client.GetStreamingResponseAsync("Tell a long story.", Endless(client)).GetAsyncEnumerator();
            Assert.True(await reader.MoveNextAsync());
            readers.Add(reader);
        }

        await host.StopAsync();

        Assert.Equal(_handles, LiveHandles.Count);
        await LiveThreads.AssertFallToAsync(_threads);
        foreach (var reader in readers)
        {
            await Assert.ThrowsAsync<ModelUnloadedException>(async () =>
            {
                while (await reader.MoveNextAsync()) { }
            });
        }
    }

    [Fact]
    public async Task StopAsync_WhileAModelLoads_LeavesNothing()
    {
        var loading = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var host = NewHost(
            new Recorder(stage => _ = stage == ModelLoadStage.LoadingWeights && loading.TrySetResult())
        );
        await host.StartAsync();
        var asked = host.Services.GetRequiredService<IChatClient>().GetResponseAsync("hi");
        await loading.Task.WaitAsync(TimeSpan.FromSeconds(30));

        await host.StopAsync();

        await Assert.ThrowsAsync<ModelUnloadedException>(() => asked);
        Assert.Equal(_handles, LiveHandles.Count);
        await LiveThreads.AssertFallToAsync(_threads);
    }

    [Fact]
    public async Task Dispose_HostWithALoadedModel_LeavesNothing()
    {
        var host = NewHost();
        var client = host.Services.GetRequiredService<IChatClient>();
        await client.GetResponseAsync("hi", new ChatOptions { MaxOutputTokens = 1 });
        Assert.True(LiveHandles.Count > _handles);

        host.Dispose();

        Assert.Equal(_handles, LiveHandles.Count);
        await LiveThreads.AssertFallToAsync(_threads);
    }

    [Fact]
    public async Task GetResponse_TwoModelsTakeTurnsInOnePlace_EveryReplyIsRightAndMemoryIsGivenBack()
    {
        using var host = NewHost(maxLoaded: 1);
        await host.StartAsync();
        var chat = host.Services.GetRequiredService<IChatClient>();

        async Task AskAsync(int user)
        {
            for (var turn = 0; turn < 4; turn++)
            {
                var name = (user + turn) % 2 == 0 ? "one" : "other";
                var options = new ChatOptions
                {
                    ModelId = name,
                    Temperature = 0,
                    MaxOutputTokens = 32,
                };
                var reply = await chat.GetResponseAsync("What is the capital of France?", options);
                Assert.Equal((name, "The capital of France is Paris."), (reply.ModelId, reply.Text));
            }
        }

        await Task.WhenAll(Enumerable.Range(0, 4).Select(AskAsync)).WaitAsync(TimeSpan.FromSeconds(120));

        var models = host.Services.GetRequiredService<LocalModelHost>();
        var last = Assert.Single(models.ListLoaded());
        Assert.True(last.MemoryBytes > 0);
        await models.UnloadAsync(last.Name);
        Assert.Equal(_handles, LiveHandles.Count);
        await LiveThreads.AssertFallToAsync(_threads);
        await host.StopAsync();
    }

    [Fact]
    public async Task GetResponse_OneOfThreeThatWaitForALoadIsCancelled_TheOthersGetTheirReplies()
    {
        using var source = new CancellationTokenSource();
        using var asked = new ManualResetEventSlim();
        var progress = new Recorder(stage =>
        {
            if (stage == ModelLoadStage.LoadingWeights)
            {
                asked.Wait();
                source.Cancel();
            }
        });
        using var host = NewHost(progress);
        await host.StartAsync();
        var chat = host.Services.GetRequiredService<IChatClient>();
        Task<ChatResponse> AskAsync(CancellationToken token) =>
            chat.GetResponseAsync(
                "What is the capital of France?",
                new ChatOptions { Temperature = 0, MaxOutputTokens = 32 },
                token
            );
        var cancelled = AskAsync(source.Token);
        var others = new[] { AskAsync(default), AskAsync(default) };
        asked.Set();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        foreach (var reply in await Task.WhenAll(others).WaitAsync(TimeSpan.FromSeconds(60)))
        {
            Assert.Equal("The capital of France is Paris.", reply.Text);
        }

        await host.StopAsync();
        Assert.Equal(_handles, LiveHandles.Count);
        await LiveThreads.AssertFallToAsync(_threads);
    }

    private static IHost NewHost(IProgress<ModelLoadProgress>? progress = null, int? maxLoaded = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.Configure<LocalSlmOptions>(options =>
        {
            options.NativeLibraryDirectory = TestAssets.NativeDirectory;
            options.StopGracePeriod = TimeSpan.FromMilliseconds(50);
            options.MaxLoadedModels = maxLoaded;
        });
        var models = builder.Services.AddLocalSlm();
        foreach (var name in (string[])["one", "other"])
        {
            models.AddChatModel(
                name,
                TestAssets.MiniMindPath,
                options =>
                {
                    options.Load.ContextTokens = 1024;
                    options.Load.Threads = 1;
                    options.LoadProgress = progress;
                }
            );
        }

        return builder.Build();
    }

    private static ChatOptions Endless(IChatClient client) =>
        new()
        {
            LogitBias = client
                .GetRequiredService<ITokenizer>()
                .EndOfGenerationTokens.ToDictionary(token => token, _ => float.NegativeInfinity),
        };

    private sealed class Recorder(Action<ModelLoadStage> on) : IProgress<ModelLoadProgress>
    {
        public void Report(ModelLoadProgress value) => on(value.Stage);
    }
}
