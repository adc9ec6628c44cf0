using LocalSlm.Hosting;
using LocalSlm.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LocalSlm.Tests.Hosting.Lifetime;

public sealed class ModelLifetimeTests
{
    private static readonly ChatOptions s_short = new() { MaxOutputTokens = 2 };

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task StartAsync_LazyModel_IsLoadedByTheFirstRequest()
    {
        var runtime = new FakeModelRuntime();
        using var host = NewHost(runtime);

        await host.StartAsync();
        Assert.Equal(0, runtime.OpenedModels);
        await Client(host).GetResponseAsync("hi", s_short);
        await Client(host).GetResponseAsync("hi", s_short);

        Assert.Equal(1, runtime.OpenedModels);
    }

    [Fact]
    public async Task StartAsync_LoadAtStart_ModelIsReadyBeforeOtherServicesStart()
    {
        var runtime = new FakeModelRuntime();
        var progress = new List<ModelLoadProgress>();
        var observer = new Observer(() => runtime.OpenedModels);
        var builder = HostFixture.NewBuilder(runtime);
        builder.Services.AddHostedService(_ => observer);
        builder
            .Services.AddLocalSlm()
            .AddChatModel(
                "one",
                "fake:1",
                options =>
                {
                    options.LoadAtStart = true;
                    options.LoadProgress = new Recorder(progress);
                }
            );
        using var host = builder.Build();

        await host.StartAsync();

        Assert.Equal(1, observer.SeenAtStart);
        Assert.Equal(new ModelLoadProgress(ModelLoadStage.Ready, 1), progress[^1]);
        await host.StopAsync();
    }

    [Fact]
    public async Task StartAsync_LoadAtStartFails_HostDoesNotStart()
    {
        var runtime = new FakeModelRuntime { BeforeOpen = (path, _) => throw new ModelLoadException(path, "no luck.") };
        using var host = NewHost(runtime, options => options.LoadAtStart = true);

        await Assert.ThrowsAsync<ModelLoadException>(() => host.StartAsync());
    }

    [Fact]
    public async Task GetResponse_ConcurrentFirstCalls_LoadOnce()
    {
        var gate = new TaskCompletionSource();
        var runtime = new FakeModelRuntime { BeforeOpen = (_, _) => gate.Task };
        using var host = NewHost(runtime);

        var replies = Enumerable.Range(0, 16).Select(_ => Client(host).GetResponseAsync("hi", s_short)).ToList();
        gate.SetResult();
        await Task.WhenAll(replies).WaitAsync(s_patience);

        Assert.Equal(1, runtime.OpenedModels);
    }

    [Fact]
    public async Task GetResponse_LoadFailed_NextCallTriesAgain()
    {
        var attempts = 0;
        var runtime = new FakeModelRuntime
        {
            BeforeOpen = (path, _) =>
                ++attempts == 1 ? throw new ModelLoadException(path, "no luck.") : Task.CompletedTask,
        };
        using var host = NewHost(runtime);

        await Assert.ThrowsAsync<ModelLoadException>(() => Client(host).GetResponseAsync("hi", s_short));
        var response = await Client(host).GetResponseAsync("hi", s_short);

        Assert.Equal(2, response.Usage!.OutputTokenCount);
        Assert.Equal((2, 1), (attempts, runtime.OpenedModels));
    }

    [Fact]
    public async Task GetResponse_OneWaiterGivesUp_OthersGetTheModel()
    {
        var gate = new TaskCompletionSource();
        var entered = new TaskCompletionSource();
        var runtime = new FakeModelRuntime
        {
            BeforeOpen = async (_, token) =>
            {
                entered.TrySetResult();
                await gate.Task.WaitAsync(token);
            },
        };
        using var host = NewHost(runtime);
        using var first = new CancellationTokenSource();
        using var streaming = new CancellationTokenSource();

        var impatient = Client(host).GetResponseAsync("hi", s_short, first.Token);
        await entered.Task.WaitAsync(s_patience);
        var streamer = Client(host).GetStreamingResponseAsync("hi", s_short, streaming.Token).ToListAsync().AsTask();
        var patient = Client(host).GetResponseAsync("hi", s_short);
        first.Cancel();
        streaming.Cancel();

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        var other = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => streamer);
        Assert.Equal((first.Token, streaming.Token), (error.CancellationToken, other.CancellationToken));
        gate.SetResult();
        await patient.WaitAsync(s_patience);
        Assert.Equal(1, runtime.OpenedModels);
    }

    [Fact]
    public async Task GetStreamingResponse_FirstRequest_StreamsAsLaterOnesDo()
    {
        using var host = NewHost(new FakeModelRuntime());
        var options = new ChatOptions
        {
            MaxOutputTokens = 12,
            Temperature = 0,
            UsePrefixCache = false,
        };

        var first = await Client(host).GetStreamingResponseAsync("hi", options).ToChatResponseAsync();
        var second = await Client(host).GetStreamingResponseAsync("hi", options).ToChatResponseAsync();

        Assert.NotEmpty(first.Text);
        Assert.Equal(second.Text, first.Text);
    }

    [Fact]
    public async Task StopAsync_LoadedModels_AreUnloadedAndLaterRequestsSaySo()
    {
        var runtime = new FakeModelRuntime();
        using var host = NewHost(runtime);
        await host.StartAsync();
        await Client(host).GetResponseAsync("hi", s_short);
        Assert.Equal(1, runtime.LiveModels);

        await host.StopAsync();

        Assert.Equal(0, runtime.LiveModels);
        var error = await Assert.ThrowsAsync<ModelUnloadedException>(() =>
            Client(host).GetResponseAsync("hi", s_short)
        );
        Assert.Equal("one", error.Model);
    }

    [Fact]
    public async Task StopAsync_OtherServicesStillChat_ModelsOutliveThem()
    {
        var runtime = new FakeModelRuntime();
        var builder = HostFixture.NewBuilder(runtime);
        builder.Services.AddLocalSlm().AddChatModel("one", "fake:1");
        builder.Services.AddHostedService<FarewellService>();
        using var host = builder.Build();
        await host.StartAsync();

        await host.StopAsync();

        Assert.Equal(1, runtime.OpenedModels);
        Assert.Equal(0, runtime.LiveModels);
    }

    [Fact]
    public async Task StopAsync_ReplyIsBeingWritten_EndsItWithATypedError()
    {
        var runtime = new FakeModelRuntime
        {
            DecoderOptions = new() { EndEvery = 0, SequenceTokens = 4096 },
        };
        using var host = NewHost(runtime, grace: TimeSpan.FromMilliseconds(50));
        await host.StartAsync();
        await using var reply = Client(host).GetStreamingResponseAsync("hi").GetAsyncEnumerator();
        Assert.True(await reply.MoveNextAsync());

        await host.StopAsync();

        await Assert.ThrowsAsync<ModelUnloadedException>(async () =>
        {
            while (await reply.MoveNextAsync()) { }
        });
        Assert.Equal(0, runtime.LiveModels);
    }

    [Fact]
    public async Task StopAsync_LoadIsUnderWay_EndsItAndLeavesNothing()
    {
        var entered = new TaskCompletionSource();
        var runtime = new FakeModelRuntime
        {
            BeforeOpen = (_, token) =>
            {
                entered.SetResult();
                return Task.Delay(Timeout.Infinite, token);
            },
        };
        using var host = NewHost(runtime);
        await host.StartAsync();
        var waiting = Client(host).GetResponseAsync("hi", s_short);
        await entered.Task.WaitAsync(s_patience);

        await host.StopAsync().WaitAsync(s_patience);

        await Assert.ThrowsAsync<ModelUnloadedException>(() => waiting);
        Assert.Equal(0, runtime.LiveModels);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Dispose_HostThatWasNeverStopped_UnloadsModels(bool isAsync)
    {
        var runtime = new FakeModelRuntime();
        var host = NewHost(runtime);
        await Client(host).GetResponseAsync("hi", s_short);

        if (isAsync)
        {
            await ((IAsyncDisposable)host).DisposeAsync();
        }
        else
        {
            host.Dispose();
        }

        Assert.Equal(0, runtime.LiveModels);
    }

    [Fact]
    public async Task Dispose_LoadEndsAfterwards_ModelIsUnloadedAllTheSame()
    {
        var gate = new TaskCompletionSource();
        var entered = new TaskCompletionSource();
        var runtime = new FakeModelRuntime
        {
            // A runtime that does not hear about cancellation.
            BeforeOpen = (_, _) =>
            {
                entered.SetResult();
                return gate.Task;
            },
        };
        using var models = NewModelHost(runtime);
        var loading = models.LeaseModelAsync("one");
        await entered.Task.WaitAsync(s_patience);

        models.Dispose();
        gate.SetResult();

        await Assert.ThrowsAsync<ModelUnloadedException>(() => loading.WaitAsync(s_patience));

        // A load that does not hear about its end is freed behind everybody's back.
        Assert.True(SpinWait.SpinUntil(() => runtime.LiveModels == 0, s_patience));
    }

    [Fact]
    public async Task Dispose_InjectedClient_LeavesTheModelLoaded()
    {
        var runtime = new FakeModelRuntime();
        using var host = NewHost(runtime);
        await Client(host).GetResponseAsync("hi", s_short);

        Client(host).Dispose();
        host.Services.GetRequiredKeyedService<IChatClient>("one").Dispose();
        Client(host).GetService<LocalChatClient>()!.Dispose();
        await Client(host).GetService<LocalChatClient>()!.DisposeAsync();

        Assert.Equal(1, runtime.LiveModels);
        await Client(host).GetResponseAsync("hi", s_short);
        Assert.Equal(1, runtime.OpenedModels);
    }

    [Fact]
    public async Task LeaseModelAsync_RegisteredName_IsTheModelThatTheClientsUse()
    {
        using var host = NewHost(new FakeModelRuntime());
        var models = host.Services.GetRequiredService<LocalModelHost>();

        using var lease = await models.LeaseModelAsync("one");

        Assert.Same(lease.Model.Info, Client(host).GetService<LoadedModelInfo>());
        await Assert.ThrowsAsync<ModelNotFoundException>(() => models.LeaseModelAsync("two"));
    }

    [Fact]
    public async Task LoadChatClientAsync_NothingThere_SaysWhereItLooked()
    {
        var error = await Assert.ThrowsAsync<ModelNotFoundException>(() =>
            LocalModelHost.LoadChatClientAsync("no/such/model.gguf")
        );

        Assert.Equal("no/such/model.gguf", error.Model);
        Assert.Contains(Path.GetFullPath("no/such/model.gguf"), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadChatClientAsync_FileOfAnotherKind_IsRefusedWithTheRuntimesNames()
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.txt");
        await File.WriteAllTextAsync(path, "just words");
        try
        {
            var error = await Assert.ThrowsAsync<UnsupportedModelException>(() =>
                LocalModelHost.LoadChatClientAsync(path)
            );

            Assert.Contains("llama.cpp", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task GetResponse_FileIsMissing_IsAModelNotFoundExceptionAtTheRequest()
    {
        var builder = HostFixture.NewBuilder(new FakeModelRuntime());
        builder.Services.AddLocalSlm().AddChatModel("one", "missing/model.gguf");
        using var host = builder.Build();

        await Assert.ThrowsAsync<ModelNotFoundException>(() => Client(host).GetResponseAsync("hi", s_short));
    }

    private static IChatClient Client(IHost host) => host.Services.GetRequiredService<IChatClient>();

    private static IHost NewHost(
        FakeModelRuntime runtime,
        Action<ChatModelOptions>? configure = null,
        TimeSpan? grace = null
    )
    {
        var builder = HostFixture.NewBuilder(runtime);
        builder.Services.Configure<LocalSlmOptions>(options =>
            options.StopGracePeriod = grace ?? options.StopGracePeriod
        );
        builder.Services.AddLocalSlm().AddChatModel("one", "fake:1", configure);
        return builder.Build();
    }

    private static LocalModelHost NewModelHost(FakeModelRuntime runtime)
    {
        var services = new ServiceCollection().AddSingleton<IModelRuntime>(runtime);
        services.AddLocalSlm().AddChatModel("one", "fake:1");
        return services.BuildServiceProvider().GetRequiredService<LocalModelHost>();
    }

    private sealed class Observer(Func<int> count) : IHostedService
    {
        public int SeenAtStart { get; private set; } = -1;

        public Task StartAsync(CancellationToken cancellationToken)
        {
            SeenAtStart = count();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class Recorder(List<ModelLoadProgress> seen) : IProgress<ModelLoadProgress>
    {
        public void Report(ModelLoadProgress value) => seen.Add(value);
    }

    /// <summary>Chats while it is being stopped.</summary>
    private sealed class FarewellService(IChatClient client) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public async Task StopAsync(CancellationToken cancellationToken)
        {
            var response = await client.GetResponseAsync("bye", s_short, cancellationToken);
            Assert.NotEmpty(response.Text);
        }
    }
}
