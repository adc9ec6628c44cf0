using LocalSlm.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LocalSlm.Tests.Hosting.Routing;

public sealed class ModelRoutingTests
{
    [Theory]
    [InlineData(null, "one")]
    [InlineData("one", "one")]
    [InlineData("two", "two")]
    public async Task GetResponse_ModelId_ChoosesTheModel(string? asked, string answered)
    {
        using var host = NewHost(new FakeModelRuntime());
        var client = host.Services.GetRequiredService<IChatClient>();
        var options = new ChatOptions { ModelId = asked, MaxOutputTokens = 2 };

        var whole = await client.GetResponseAsync("hi", options);
        var streamed = await client.GetStreamingResponseAsync("hi", options).ToChatResponseAsync();

        Assert.Equal((answered, answered), (whole.ModelId, streamed.ModelId));
    }

    [Fact]
    public void GetStreamingResponse_UnknownModelId_ThrowsAtTheCallAndListsTheNames()
    {
        var runtime = new FakeModelRuntime();
        using var host = NewHost(runtime);
        var client = host.Services.GetRequiredService<IChatClient>();

        var error = Assert.Throws<ModelNotFoundException>(() =>
            client.GetStreamingResponseAsync("hi", new() { ModelId = "three" })
        );

        Assert.Equal("three", error.Model);
        Assert.Contains("one, two", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, runtime.OpenedModels);
    }

    [Fact]
    public void GetStreamingResponse_NoModelRegistered_SaysHowToAddOne()
    {
        var builder = HostFixture.NewBuilder(new FakeModelRuntime());
        builder.Services.AddLocalSlm();
        using var host = builder.Build();
        var client = host.Services.GetRequiredService<IChatClient>();

        var error = Assert.Throws<ModelNotFoundException>(() => client.GetStreamingResponseAsync("hi"));

        Assert.Contains("AddChatModel", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task GetStreamingResponse_KeyedClientAndForeignModelId_IsRefusedByName(bool isLoaded)
    {
        using var host = NewHost(new FakeModelRuntime());
        var client = host.Services.GetRequiredKeyedService<IChatClient>("one");
        if (isLoaded)
        {
            await client.GetResponseAsync("hi", new() { MaxOutputTokens = 1 });
        }

        var error = Assert.Throws<ModelNotFoundException>(() =>
            client.GetStreamingResponseAsync("hi", new() { ModelId = "two" })
        );

        Assert.Equal("two", error.Model);
        Assert.Contains("'one'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task GetStreamingResponse_RefusedOption_ThrowsAtTheCallLoadedOrNot(bool isLoaded)
    {
        var runtime = new FakeModelRuntime();
        using var host = NewHost(runtime);
        var client = host.Services.GetRequiredService<IChatClient>();
        if (isLoaded)
        {
            await client.GetResponseAsync("hi", new() { MaxOutputTokens = 1 });
        }

        var error = Assert.Throws<NotSupportedException>(() =>
            client.GetStreamingResponseAsync("hi", new() { ConversationId = "c" })
        );

        Assert.Contains("ConversationId", error.Message, StringComparison.Ordinal);
        Assert.Equal(isLoaded ? 1 : 0, runtime.OpenedModels);
    }

    [Fact]
    public async Task GetResponse_DefaultModelIsSet_ItAnswers()
    {
        var builder = HostFixture.NewBuilder(new FakeModelRuntime());
        var slm = builder.Services.AddLocalSlm();
        slm.AddChatModel("one", "fake:1");
        slm.AddChatModel("two", "fake:2");
        builder.Services.Configure<LocalSlm.Hosting.LocalSlmOptions>(options => options.DefaultModel = "two");
        using var host = builder.Build();

        var response = await host
            .Services.GetRequiredService<IChatClient>()
            .GetResponseAsync("hi", new() { MaxOutputTokens = 1 });

        Assert.Equal("two", response.ModelId);
    }

    private static IHost NewHost(FakeModelRuntime runtime)
    {
        var builder = HostFixture.NewBuilder(runtime);
        var slm = builder.Services.AddLocalSlm();
        slm.AddChatModel("one", "fake:1");
        slm.AddChatModel("two", "fake:2");
        return builder.Build();
    }
}
