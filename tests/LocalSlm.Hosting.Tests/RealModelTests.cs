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

    [Fact]
    public async Task AddLocalSlm_OnnxFolder_AnswersAndTellsWhereItComputes()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder
            .Services.AddLocalSlm()
            .AddChatModel(
                "smollm2",
                TestAssets.ModelOrSkip("smollm2-135m-instruct-genai-int4"),
                options =>
                {
                    options.Load.ContextTokens = 512;
                    options.Load.Devices.Add(DeviceSelector.Parse("npu:nowhere"));
                    options.Load.Devices.Add(DeviceSelector.Cpu);
                }
            );
        using var host = builder.Build();
        await host.StartAsync();
        var chat = host.Services.GetRequiredService<IChatClient>();
        var reply = await chat.GetResponseAsync(
            "What is the capital of France?",
            new ChatOptions { Temperature = 0, MaxOutputTokens = 32 }
        );

        // As the reference (onnxruntime-genai 0.18) answers.
        Assert.Equal("The capital of France is Paris.", reply.Text);
        var info = chat.GetService<LoadedModelInfo>()!;
        Assert.Equal(("CPU", "CPUExecutionProvider"), (info.Device, info.Provider));
        Assert.Equal("npu:nowhere", Assert.Single(info.FailedDevices).Device);
        await host.StopAsync();
    }
}
