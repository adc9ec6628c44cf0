using LocalSlm.Hosting;
using LocalSlm.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LocalSlm.Tests.Hosting.Registration;

public sealed class AddLocalSlmTests
{
    [Fact]
    public async Task AddLocalSlm_ProgramOfTheReadme_Chats()
    {
        var runtime = new FakeModelRuntime();
        var builder = HostFixture.NewBuilder(runtime);
        builder.Services.AddLocalSlm().AddChatModel("smollm2", "fake:smollm2");
        using var host = builder.Build();
        var chat = host.Services.GetRequiredService<IChatClient>();
        var text = "";
        await foreach (
            var update in chat.GetStreamingResponseAsync("Why is the sky blue?", new() { MaxOutputTokens = 20 })
        )
        {
            text += update;
        }

        Assert.Matches("^[a-z]+$", text);
        Assert.Equal(1, runtime.OpenedModels);
    }

    [Fact]
    public async Task AddChatModel_KeyedClient_AnswersAsItsModel()
    {
        var builder = HostFixture.NewBuilder(new FakeModelRuntime());
        var slm = builder.Services.AddLocalSlm();
        slm.AddChatModel("one", "fake:1");
        slm.AddChatModel("two", "fake:2");
        using var host = builder.Build();

        var client = host.Services.GetRequiredKeyedService<IChatClient>("two");
        var response = await client.GetResponseAsync("hi", new() { MaxOutputTokens = 3 });

        Assert.Equal("two", response.ModelId);
        Assert.Equal("two", client.GetService<ChatClientMetadata>()!.DefaultModelId);
        Assert.Equal("two", client.GetService<LoadedModelInfo>()!.Name);
        Assert.Equal("fake:2", client.GetService<LoadedModelInfo>()!.Facts.Path);
        Assert.True(client.GetService<EngineStatistics>()!.OutputTokens > 0);
        Assert.Same(client.GetService<LocalChatClient>(), client.GetService<LocalChatClient>());
    }

    [Fact]
    public void AddChatModel_BeforeTheLoad_MetadataIsThereAndNothingIsLoaded()
    {
        var runtime = new FakeModelRuntime();
        var builder = HostFixture.NewBuilder(runtime);
        builder.Services.AddLocalSlm().AddChatModel("one", "fake:1");
        using var host = builder.Build();

        foreach (
            var client in new[]
            {
                host.Services.GetRequiredService<IChatClient>(),
                host.Services.GetRequiredKeyedService<IChatClient>("one"),
            }
        )
        {
            var metadata = client.GetService<ChatClientMetadata>()!;
            Assert.Equal(("localslm", "one"), (metadata.ProviderName, metadata.DefaultModelId));
            Assert.Null(client.GetService<LoadedModelInfo>());
        }

        Assert.Equal(0, runtime.OpenedModels);
    }

    [Fact]
    public async Task AddChatModel_Middleware_SeesKeyedAndRoutedRequests()
    {
        var seen = new List<string>();
        var builder = HostFixture.NewBuilder(new FakeModelRuntime());
        var slm = builder.Services.AddLocalSlm();
        slm.AddChatModel("one", "fake:1")
            .UseFunctionInvocation()
            .Use(
                async (messages, options, next, token) =>
                {
                    seen.Add("one");
                    await next(messages, options, token);
                }
            );
        slm.AddChatModel("two", "fake:2");
        using var host = builder.Build();
        var routed = host.Services.GetRequiredService<IChatClient>();

        await host
            .Services.GetRequiredKeyedService<IChatClient>("one")
            .GetResponseAsync("hi", new() { MaxOutputTokens = 1 });
        await routed.GetResponseAsync("hi", new() { MaxOutputTokens = 1 });
        await routed.GetResponseAsync("hi", new() { MaxOutputTokens = 1, ModelId = "two" });

        Assert.Equal(["one", "one"], seen);
    }

    [Fact]
    public void AddChatModel_SameNameTwice_Throws()
    {
        var slm = new ServiceCollection().AddLocalSlm();
        slm.AddChatModel("one", "fake:1");

        var error = Assert.Throws<ArgumentException>(() => slm.AddChatModel("one", "fake:2"));

        Assert.Contains("'one'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "p")]
    [InlineData(" ", "p")]
    [InlineData("n", "")]
    [InlineData("n", "  ")]
    public void AddChatModel_EmptyNameOrPath_Throws(string name, string path)
    {
        var slm = new ServiceCollection().AddLocalSlm();

        Assert.Throws<ArgumentException>(() => slm.AddChatModel(name, path));
    }

    [Fact]
    public void AddLocalSlm_CalledTwice_AddsToTheSameModels()
    {
        var builder = HostFixture.NewBuilder(new FakeModelRuntime());
        builder.Services.AddLocalSlm().AddChatModel("one", "fake:1");
        builder.Services.AddLocalSlm().AddChatModel("two", "fake:2");
        using var host = builder.Build();

        Assert.Equal(["one", "two"], host.Services.GetRequiredService<LocalModelHost>().Names);
        Assert.Single(host.Services.GetServices<IChatClient>());
    }

    [Fact]
    public void AddLocalSlm_ApplicationHasAClientOfItsOwn_ItStays()
    {
        var builder = HostFixture.NewBuilder(new FakeModelRuntime());
        using var own = new NoChatClient();
        builder.Services.AddChatClient(own);
        builder.Services.AddLocalSlm().AddChatModel("one", "fake:1");
        using var host = builder.Build();

        Assert.Same(own, host.Services.GetRequiredService<IChatClient>());
        Assert.NotNull(host.Services.GetRequiredKeyedService<IChatClient>("one"));
    }

    private sealed class NoChatClient : IChatClient
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
