using System.Collections.Concurrent;
using LocalSlm.Hosting;
using LocalSlm.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Generator = Microsoft.Extensions.AI.IEmbeddingGenerator<string, Microsoft.Extensions.AI.Embedding<float>>;

namespace LocalSlm.Tests.Hosting.Lifetime;

/// <summary>Configuration that changes while the host runs.</summary>
public sealed class LiveConfigurationTests
{
    private static readonly ChatOptions s_short = new() { MaxOutputTokens = 1 };

    private readonly FakeModelRuntime _runtime = new();
    private readonly Recorder _log = new();

    [Fact]
    public async Task Reload_ModelWasAdded_IsServedWithAndWithoutAKey()
    {
        using var host = NewHost(("Models:a:Path", "fake:a"));
        var models = host.Services.GetRequiredService<LocalModelHost>();
        Assert.Throws<ModelNotFoundException>(() => host.Services.GetKeyedService<IChatClient>("later"));

        Reload(
            host,
            ("Models:a:Path", "fake:a"),
            ("Models:later:Path", "fake:l"),
            ("EmbeddingModels:e:Path", "fake:e")
        );

        var keyed = host.Services.GetRequiredKeyedService<IChatClient>("later");
        Assert.Equal("later", (await keyed.GetResponseAsync("hi", s_short)).ModelId);
        Assert.Same(keyed, host.Services.GetRequiredKeyedService<IChatClient>("later"));
        var routed = await host
            .Services.GetRequiredService<IChatClient>()
            .GetResponseAsync("hi", new() { ModelId = "later", MaxOutputTokens = 1 });
        Assert.Equal("later", routed.ModelId);
        var vectors = await host.Services.GetRequiredKeyedService<Generator>("e").GenerateAsync(["hi"]);
        Assert.Equal("e", vectors[0].ModelId);
        Assert.Equal(["a", "later"], models.Names);
        Assert.Equal(["e"], models.EmbeddingNames);
        Assert.Equal("a", models.DefaultName);
    }

    [Fact]
    public async Task Reload_ModelWasRemoved_TakesNoRequestsAndGoes()
    {
        using var host = NewHost(("Models:a:Path", "fake:a"), ("Models:b:Path", "fake:b"));
        var client = host.Services.GetRequiredKeyedService<IChatClient>("b");
        await client.GetResponseAsync("hi", s_short);

        Reload(host, ("Models:a:Path", "fake:a"));

        var error = Assert.Throws<ModelNotFoundException>(() => client.GetStreamingResponseAsync("hi", s_short));
        Assert.Equal("b", error.Model);
        await Assert.ThrowsAsync<ModelNotFoundException>(() => client.GetResponseAsync("hi", s_short));
        await UntilAsync(() => _runtime.LiveModels == 0);
        Assert.Equal(["a"], host.Services.GetRequiredService<LocalModelHost>().Names);
    }

    [Fact]
    public async Task Reload_OptionsChanged_ModelIsLoadedAnewAndOthersStay()
    {
        using var host = NewHost(("Models:a:Path", "fake:a"), ("Models:b:Path", "fake:b"));
        var client = host.Services.GetRequiredService<IChatClient>();
        await client.GetResponseAsync("hi", s_short);
        await client.GetResponseAsync("hi", new() { ModelId = "b", MaxOutputTokens = 1 });

        Reload(host, ("Models:a:Path", "fake:a2"), ("Models:b:Path", "fake:b"));

        await UntilAsync(() => client.GetService<LoadedModelInfo>()?.Facts.Path == "fake:a2");
        Assert.Equal(3, _runtime.OpenedModels);

        // What changes nothing about loads loads nothing.
        Reload(host, ("Models:a:Path", "fake:a2"), ("Models:b:Path", "fake:b"), ("DefaultModel", "b"));
        Assert.Equal("b", (await client.GetResponseAsync("hi", s_short)).ModelId);
        Assert.Equal(3, _runtime.OpenedModels);
    }

    [Fact]
    public async Task Reload_InvalidConfiguration_IsLoggedAndWhatWasThereStays()
    {
        using var host = NewHost(("Models:a:Path", "fake:a"));

        Reload(host, ("Models:a:Path", "fake:a"), ("Models:b:Threads", "many"), ("Nonsense", "1"));

        Assert.Equal(["a"], host.Services.GetRequiredService<LocalModelHost>().Names);
        var message = Assert.Single(_log.Errors);
        Assert.Contains("Nonsense", message, StringComparison.Ordinal);
        Assert.Contains("many", message, StringComparison.Ordinal);
        Assert.Contains("'b' has no Path", message, StringComparison.Ordinal);
        await host.Services.GetRequiredService<IChatClient>().GetResponseAsync("hi", s_short);
    }

    [Fact]
    public void AnyKey_ApplicationsOwnKey_StaysItsOwn()
    {
        var builder = HostFixture.NewBuilder(_runtime);
        using var own = new LocalSlmless();
        builder.Services.AddKeyedSingleton<IChatClient>("own", own);
        builder.Services.AddLocalSlm().AddChatModel("a", "fake:a");
        using var host = builder.Build();

        Assert.Same(own, host.Services.GetRequiredKeyedService<IChatClient>("own"));
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition())
        {
            await Task.Delay(1, patience.Token);
        }
    }

    private static void Reload(IHost host, params (string Key, string Value)[] entries)
    {
        var provider = host.Services.GetRequiredService<Changing>();
        provider.Set(entries);
    }

    private IHost NewHost(params (string Key, string Value)[] entries)
    {
        var builder = HostFixture.NewBuilder(_runtime);
        var source = new Changing();
        ((IConfigurationBuilder)builder.Configuration).Add(source);
        source.Set(entries);
        builder.Services.AddSingleton(source);
        builder.Logging.AddProvider(_log);
        builder.Services.AddLocalSlm(builder.Configuration);
        var host = builder.Build();
        host.Services.GetRequiredService<LocalModelHost>();
        return host;
    }

    private sealed class Changing : ConfigurationProvider, IConfigurationSource
    {
        public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

        public void Set((string Key, string Value)[] entries)
        {
            Data = entries.ToDictionary(
                static entry => $"LocalSlm:{entry.Key}",
                static entry => (string?)entry.Value,
                StringComparer.OrdinalIgnoreCase
            );
            OnReload();
        }
    }

    private sealed class Recorder : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Errors { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (logLevel == LogLevel.Error)
            {
                Errors.Enqueue(formatter(state, exception));
            }
        }

        public void Dispose() { }
    }

    private sealed class LocalSlmless : IChatClient
    {
        public Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages,
            ChatOptions? options = null,
            CancellationToken cancellationToken = default
        ) => throw new InvalidOperationException();

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages,
            ChatOptions? options = null,
            CancellationToken cancellationToken = default
        ) => throw new InvalidOperationException();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose() { }
    }
}
