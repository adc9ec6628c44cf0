using System.Diagnostics;
using LocalSlm.Gguf.Interop;
using LocalSlm.Testing;
using LocalSlm.Testing.TinyModels;
using LocalSlm.Tests.Runtime;
using Microsoft.Extensions.AI;

namespace LocalSlm.Tests.Lifetime;

/// <summary>Loading, sharing and unloading on the real native library leaves nothing behind.</summary>
[Collection("native")]
public sealed class ModelLifetimeTests
{
    private readonly int _handles = LiveHandles.Count;
    private readonly int _threads = LiveThreads.Count();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Dispose_WhileRepliesRun_EndsThemByTypeAndLeavesNothing(bool isAsync)
    {
        var model = await LoadAsync(TestAssets.MiniMindPath);
        var client = model.CreateChatClient();
        var options = new ChatOptions { MaxOutputTokens = 400, LogitBias = NoEnd(model) };
        var readers = Enumerable
            .Range(0, 6)
            .Select(number => client.GetStreamingResponseAsync($"Story {number}", options).GetAsyncEnumerator())
            .ToArray();
        Assert.True(await readers[0].MoveNextAsync());
        var others = readers.Skip(1).Select(reader => reader.MoveNextAsync().AsTask()).ToArray();

        if (isAsync)
        {
            await model.DisposeAsync();
        }
        else
        {
            model.Dispose();
        }

        Assert.Equal(_handles, LiveHandles.Count);
        await LiveThreads.AssertFallToAsync(_threads);
        await Assert.ThrowsAsync<ModelUnloadedException>(() => DrainAsync(readers[0]));
        foreach (var (reader, first) in readers.Skip(1).Zip(others))
        {
            await Assert.ThrowsAsync<ModelUnloadedException>(async () =>
            {
                if (await first)
                {
                    await DrainAsync(reader);
                }
            });
        }

        await Assert.ThrowsAsync<ModelUnloadedException>(() => client.GetResponseAsync("hi"));
    }

    [Fact]
    public async Task DisposeAsync_OwningClient_UnloadsTheModel()
    {
        var model = await LoadAsync(TinyModelFiles.Get(TinyModelSet.LlamaBpe));
        await using (var client = model.CreateOwningChatClient())
        {
            await client.GetResponseAsync("hello", new ChatOptions { MaxOutputTokens = 3 });
            Assert.True(LiveHandles.Count > _handles);
        }

        Assert.Equal(_handles, LiveHandles.Count);
    }

    [Fact]
    public async Task Dispose_ClientOfASharedModel_LeavesItLoaded()
    {
        await using var model = await LoadAsync(TinyModelFiles.Get(TinyModelSet.LlamaBpe));
        model.CreateChatClient().Dispose();
        await model.CreateChatClient().DisposeAsync();
        var response = await model
            .CreateChatClient()
            .GetResponseAsync("hello", new ChatOptions { MaxOutputTokens = 3 });
        Assert.NotNull(response.Usage);
    }

    [Fact]
    public async Task LoadAsync_TwoModelsAtOnce_AnswerBesideEachOther()
    {
        await using (var one = await LoadAsync(TestAssets.MiniMindPath))
        await using (var other = await LoadAsync(TinyModelFiles.Get(TinyModelSet.LlamaSentencePiece)))
        {
            var greedy = new ChatOptions { Temperature = 0, MaxOutputTokens = 16 };
            var raw = new ChatOptions { RawCompletion = true, MaxOutputTokens = 16 };
            var answers = await Task.WhenAll(
                one.CreateChatClient().GetResponseAsync("What is the capital of France?", greedy),
                other.CreateChatClient().GetResponseAsync("hello world", raw),
                one.CreateChatClient().GetResponseAsync("What is the capital of France?", greedy)
            );
            Assert.Equal("The capital of France is Paris.", answers[0].Text);
            Assert.Equal(answers[0].Text, answers[2].Text);
        }

        Assert.Equal(_handles, LiveHandles.Count);
        await LiveThreads.AssertFallToAsync(_threads);
    }

    [Fact]
    public async Task LoadAsync_TwentyTimes_DoesNotGrow()
    {
        const int Times = 20;
        var memory = 0L;
        for (var time = 0; time < Times; time++)
        {
            await using (var model = await LoadAsync(TestAssets.MiniMindPath))
            {
                await model.CreateChatClient().GetResponseAsync("hi", new ChatOptions { MaxOutputTokens = 2 });
            }

            Assert.Equal(_handles, LiveHandles.Count);
            if (time == 4)
            {
                memory = WorkingSet();
            }
        }

        await LiveThreads.AssertFallToAsync(_threads);
        // A leak of the weights alone would be 27 MB each time.
        Assert.InRange(WorkingSet() - memory, long.MinValue, 100_000_000);
    }

    private static Task<LocalModel> LoadAsync(string path) =>
        LocalModel.LoadAsync(LoadedModels.Runtime, path, LoadedModels.SmallOptions());

    private static async Task DrainAsync(IAsyncEnumerator<ChatResponseUpdate> reader)
    {
        while (await reader.MoveNextAsync()) { }
    }

    private static Dictionary<int, float> NoEnd(LocalModel model) =>
        model.Tokenizer.EndOfGenerationTokens.ToDictionary(token => token, _ => float.NegativeInfinity);

    private static long WorkingSet()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        using var own = Process.GetCurrentProcess();
        return own.WorkingSet64;
    }
}
