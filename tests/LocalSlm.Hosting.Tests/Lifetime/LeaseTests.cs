using LocalSlm.Hosting;
using LocalSlm.Hosting.Lifetime;
using LocalSlm.Testing;
using LocalSlm.Testing.Fakes;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LocalSlm.Tests.Hosting.Lifetime;

/// <summary>Requests of a host's clients hold their model, as long as they last and no longer.</summary>
public sealed class LeaseTests
{
    private readonly FakeModelRuntime _runtime = new();
    private readonly ManualTime _clock = new();

    [Fact]
    public async Task KeepAlive_AfterARequest_ModelGoesAndTheNextRequestLoadsItAgain()
    {
        using var host = NewHost(options => options.KeepAlive = TimeSpan.FromMinutes(1));
        var client = host.Services.GetRequiredService<IChatClient>();
        await client.GetResponseAsync("hi", new() { MaxOutputTokens = 1 });
        Assert.NotNull(client.GetService<LoadedModelInfo>());
        var status = Assert.Single(Models(host).ListLoaded());
        Assert.Equal(("one", ModelUse.Chat, "CPU"), (status.Name, status.Use, status.Device));
        Assert.Equal(_clock.GetUtcNow() + TimeSpan.FromMinutes(1), status.ExpiresAt);

        _clock.Advance(TimeSpan.FromMinutes(1));

        await UntilAsync(() => _runtime.LiveModels == 0);
        Assert.Null(client.GetService<LoadedModelInfo>());
        Assert.NotNull(client.GetService<ChatClientMetadata>());
        await client.GetResponseAsync("hi", new() { MaxOutputTokens = 1 });
        Assert.Equal(2, _runtime.OpenedModels);
    }

    [Fact]
    public async Task KeepAlive_OfARequest_IsHonouredByHostsAndRefusedWithoutOne()
    {
        using var host = NewHost();
        var client = host.Services.GetRequiredService<IChatClient>();
        var options = new ChatOptions
        {
            MaxOutputTokens = 1,
            AdditionalProperties = new() { ["keep_alive"] = "0" },
        };

        await client.GetResponseAsync("hi", options);
        await UntilAsync(() => _runtime.LiveModels == 0);
        await client
            .GetStreamingResponseAsync("hi", new() { MaxOutputTokens = 1, KeepAlive = TimeSpan.FromHours(1) })
            .ToListAsync();
        Assert.Equal(_clock.GetUtcNow() + TimeSpan.FromHours(1), Assert.Single(Models(host).ListLoaded()).ExpiresAt);
        Assert.Equal("0", options.AdditionalProperties["keep_alive"]);

        var error = Assert.Throws<NotSupportedException>(() =>
            client.GetService<LocalChatClient>()!.GetStreamingResponseAsync("hi", options)
        );
        Assert.Contains("keep_alive", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() =>
            client.GetStreamingResponseAsync("hi", new() { AdditionalProperties = new() { ["keep_alive"] = "soon" } })
        );
    }

    [Fact]
    public async Task KeepAlive_OfAnEmbeddingRequest_IsHonoured()
    {
        using var host = NewHost();
        var generator = host.Services.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>();

        await generator.GenerateAsync(["hi"], new() { KeepAlive = Timeout.InfiniteTimeSpan });

        var status = Assert.Single(Models(host).ListLoaded());
        Assert.Equal(("vectors", ModelUse.Embedding, null), (status.Name, status.Use, status.ExpiresAt));
        await generator.GenerateAsync(["hi"], new() { KeepAlive = TimeSpan.Zero });
        await UntilAsync(() => _runtime.LiveModels == 0);
    }

    [Fact]
    public async Task Stream_FromItsFirstReadToItsEnd_HoldsTheModel()
    {
        using var host = NewHost();
        var client = host.Services.GetRequiredService<IChatClient>();
        await Models(host).PreloadAsync("one");

        var unread = client.GetStreamingResponseAsync("hi", new() { MaxOutputTokens = 5 });
        Assert.Equal(0, Assert.Single(Models(host).ListLoaded()).ActiveRequests);
        var reader = unread.GetAsyncEnumerator();
        Assert.True(await reader.MoveNextAsync());
        Assert.Equal(1, Assert.Single(Models(host).ListLoaded()).ActiveRequests);
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(1, _runtime.LiveModels);
        await reader.DisposeAsync();
        Assert.Equal(0, Assert.Single(Models(host).ListLoaded()).ActiveRequests);
    }

    [Fact]
    public async Task Stream_ModelWasUnloadedBeforeItWasRead_IsAnsweredByTheNextCopy()
    {
        using var host = NewHost();
        var client = host.Services.GetRequiredService<IChatClient>();
        await Models(host).PreloadAsync("one");
        var unread = client.GetStreamingResponseAsync("hi", new() { MaxOutputTokens = 5, Temperature = 0 });

        await Models(host).UnloadAsync("one");
        Assert.Equal(0, _runtime.LiveModels);
        var text = (await unread.ToChatResponseAsync()).Text;

        Assert.NotEmpty(text);
        Assert.Equal(2, _runtime.OpenedModels);
        Assert.Equal(text, (await unread.ToChatResponseAsync()).Text);
        Assert.Equal(2, _runtime.OpenedModels);
    }

    [Fact]
    public async Task Unload_AtOnce_EndsAReplyWithATypedError()
    {
        var runtime = new FakeModelRuntime
        {
            DecoderOptions = new() { EndEvery = 0, SequenceTokens = 4096 },
        };
        var builder = HostFixture.NewBuilder(runtime);
        builder.Services.AddLocalSlm().AddChatModel("one", "fake:1");
        using var host = builder.Build();
        await using var reader = host
            .Services.GetRequiredService<IChatClient>()
            .GetStreamingResponseAsync("hi")
            .GetAsyncEnumerator();
        Assert.True(await reader.MoveNextAsync());

        await Models(host).UnloadAsync("one", atOnce: true);

        Assert.Equal(0, runtime.LiveModels);
        await Assert.ThrowsAsync<ModelUnloadedException>(async () =>
        {
            while (await reader.MoveNextAsync()) { }
        });
        await Assert.ThrowsAsync<ModelNotFoundException>(() => Models(host).UnloadAsync("nobody"));
    }

    [Fact]
    public async Task LeaseModelAsync_UntilItIsDisposed_HoldsTheModel()
    {
        using var host = NewHost(options => options.KeepAlive = TimeSpan.Zero);
        var lease = await Models(host).LeaseModelAsync("one");
        Assert.Equal("one", lease.Model.Info.Name);
        Assert.Equal(1, _runtime.LiveModels);

        lease.Dispose();
        lease.Dispose();

        await UntilAsync(() => _runtime.LiveModels == 0);
        Assert.Throws<ObjectDisposedException>(() => lease.Model);
    }

    [Fact]
    public async Task Stop_ReplyEndsInTheGracePeriod_IsComplete()
    {
        var builder = HostFixture.NewBuilder(_runtime);
        builder.Services.AddLocalSlm().AddChatModel("one", "fake:1");
        using var host = builder.Build();
        await host.StartAsync();
        await using var reader = host
            .Services.GetRequiredService<IChatClient>()
            .GetStreamingResponseAsync("hi", new() { MaxOutputTokens = 20 })
            .GetAsyncEnumerator();
        Assert.True(await reader.MoveNextAsync());

        var stop = host.StopAsync();
        while (await reader.MoveNextAsync()) { }

        await stop.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(0, _runtime.LiveModels);
    }

    /// <summary>Every option counts: one that is added later and makes no difference here fails.</summary>
    [Fact]
    public void AreSame_EveryLoadOption_MakesADifference()
    {
        Assert.True(
            LoadOptionsComparison.AreSame(new ChatModelOptions { Path = "p" }, new ChatModelOptions { Path = "p" })
        );
        foreach (var property in typeof(ModelLoadOptions).GetProperties())
        {
            var (one, other) = (new ChatModelOptions(), new ChatModelOptions());
            switch (property.GetValue(one.Load))
            {
                case IList<DeviceSelector> devices:
                    devices.Add(DeviceSelector.Gpu);
                    break;
                case IList<double> parts:
                    parts.Add(0.5);
                    break;
                case IDictionary<string, object?> map:
                    map["a"] = 1;
                    break;
                case bool flag:
                    property.SetValue(one.Load, !flag);
                    break;
                case int number:
                    property.SetValue(one.Load, number + 1);
                    break;
                case TimeSpan time:
                    property.SetValue(one.Load, time + TimeSpan.FromSeconds(1));
                    break;
                case Enum choice:
                    property.SetValue(
                        one.Load,
                        Enum.GetValuesAsUnderlyingType(choice.GetType())
                            .Cast<object>()
                            .Select(value => Enum.ToObject(choice.GetType(), value))
                            .First(value => !value.Equals(choice))
                    );
                    break;
                default:
                    property.SetValue(one.Load, Some(property.PropertyType));
                    break;
            }

            Assert.False(LoadOptionsComparison.AreSame(one, other), property.Name);
        }
    }

    private static object Some(Type type) =>
        type == typeof(string) ? "text"
        : type == typeof(DeviceSelector) ? DeviceSelector.Gpu
        : type == typeof(int?) ? 1024
        : type == typeof(long?) ? 1L << 40
        : type == typeof(bool?) ? true
        : type == typeof(TimeSpan?) ? TimeSpan.FromSeconds(77)
        : throw new NotSupportedException(type.Name);

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition())
        {
            await Task.Delay(1, patience.Token);
        }
    }

    private static LocalModelHost Models(IHost host) => host.Services.GetRequiredService<LocalModelHost>();

    private IHost NewHost(Action<LocalSlmOptions>? configure = null)
    {
        var builder = HostFixture.NewBuilder(_runtime);
        builder.Services.AddSingleton<TimeProvider>(_clock);
        builder.Services.Configure(configure ?? (static _ => { }));
        var slm = builder.Services.AddLocalSlm();
        slm.AddChatModel("one", "fake:1");
        slm.AddEmbeddingModel("vectors", "fake:v");
        return builder.Build();
    }
}
