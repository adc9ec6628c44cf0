using LocalSlm.Hosting;
using LocalSlm.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LocalSlm.Tests.Hosting;

/// <summary>A host with the real model that the build restores, on the real native library.</summary>
public sealed class RealModelTests
{
    [Fact]
    public async Task AddLocalSlm_MiniMind_AnswersFindsItsPrefixAgainAndUnloads()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder
            .Services.Configure<LocalSlmOptions>(options => options.NativeLibraryDirectory = TestAssets.NativeDirectory)
            .AddLocalSlm()
            .AddChatModel("minimind", TestAssets.MiniMindPath, options => options.Load.ContextTokens = 1024)
            .UseFunctionInvocation();
        using var host = builder.Build();
        await host.StartAsync();
        var chat = host.Services.GetRequiredService<IChatClient>();
        var options = new ChatOptions { Temperature = 0, MaxOutputTokens = 32 };
        List<ChatMessage> history = [new(ChatRole.User, "What is the capital of France?")];

        var first = await chat.GetStreamingResponseAsync(history, options).ToChatResponseAsync();

        // What the model answers greedily under ONNX Runtime too.
        Assert.Equal("The capital of France is Paris.", first.Text);
        Assert.Equal(ChatFinishReason.Stop, first.FinishReason);
        var local = chat.GetService<LocalChatClient>()!;
        Assert.Equal(local.CountPromptTokens(history), first.Usage!.InputTokenCount);

        history.AddMessages(first);
        history.Add(new(ChatRole.User, "And of Italy?"));
        var second = await chat.GetResponseAsync(history, options);

        // The whole first prompt and reply are found again.
        var known = first.Usage.InputTokenCount + first.Usage.OutputTokenCount;
        Assert.InRange(second.Usage!.CachedInputTokenCount!.Value, known!.Value, second.Usage.InputTokenCount!.Value);

        await host.StopAsync();
        await Assert.ThrowsAsync<ModelUnloadedException>(() => chat.GetResponseAsync(history, options));
    }
}
