using System.Text.Json;
using LocalSlm.Onnx;
using LocalSlm.Testing;
using Microsoft.Extensions.AI;

namespace LocalSlm.Tests.Runtime;

/// <summary>Chats over ONNX Runtime, from the messages to the text. The expected replies are those of the same weights as GGUF, and of
/// onnxruntime-genai (<c>golden/models/smollm2-genai.json</c>).</summary>
[Collection("native")]
public sealed class OnnxChatTests
{
    [Fact]
    public async Task GetResponse_MiniMindOnTheFrancePrompt_GivesTheReplyOfTheGguf()
    {
        await using var client = await LoadMiniMindAsync();
        var options = new ChatOptions { Temperature = 0, MaxOutputTokens = 16 };
        var response = await client.GetResponseAsync("What is the capital of France?", options);
        Assert.Equal("The capital of France is Paris.", response.Text);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
    }

    [Fact]
    public async Task GetResponse_SecondTurn_FindsTheFirstPromptAndReplyInTheCache()
    {
        await using var client = await LoadMiniMindAsync();
        var options = new ChatOptions { Seed = 3, MaxOutputTokens = 30 };
        List<ChatMessage> history = [new(ChatRole.User, "Tell me about the moon and the tides.")];
        var response = await client.GetResponseAsync(history, options);
        history.AddMessages(response);
        history.Add(new(ChatRole.User, "Go on."));
        var next = await client.GetResponseAsync(history, options);

        // All but the reply's last token, which was never computed where the length limit ended it.
        var known = response.Usage!.InputTokenCount + response.Usage.OutputTokenCount - 1;
        Assert.InRange(next.Usage!.CachedInputTokenCount!.Value, known!.Value, next.Usage.InputTokenCount!.Value);
    }

    [Fact]
    public async Task GetStreamingResponse_Seeded_GivesTheCollectedText()
    {
        await using var client = await LoadMiniMindAsync();
        var options = new ChatOptions
        {
            Seed = 11,
            Temperature = 1.2f,
            MaxOutputTokens = 50,
            UsePrefixCache = false,
        };
        var whole = await client.GetResponseAsync(
            "\u4F60\u597D\uFF0C\u8BF7\u4ECB\u7ECD\u4E00\u4E0B\u4F60\u81EA\u5DF1\u3002",
            options
        );
        var pieces = new List<string>();
        await foreach (
            var update in client.GetStreamingResponseAsync(
                "\u4F60\u597D\uFF0C\u8BF7\u4ECB\u7ECD\u4E00\u4E0B\u4F60\u81EA\u5DF1\u3002",
                options
            )
        )
        {
            pieces.Add(update.Text);
        }

        Assert.Equal(whole.Text, string.Concat(pieces));
        Assert.True(pieces.Count > 5, "Nothing was streamed.");
    }

    [Fact]
    public async Task GetResponse_SmolLm2OnTheSafePrompt_GivesTheReferencesTextAloneAndBesideOthers()
    {
        using var golden = JsonDocument.Parse(
            await File.ReadAllBytesAsync(TestAssets.GoldenOrSkip("models", "smollm2-genai.json"))
        );
        var item = golden
            .RootElement.GetProperty("items")
            .EnumerateArray()
            .Single(item => item.GetProperty("id").GetString() == "plain-count");
        await using var client = await OnnxModel.LoadChatClientAsync(
            TestAssets.ModelOrSkip("smollm2-135m-instruct-genai-int4"),
            new ModelLoadOptions { ContextTokens = 1024, CachedConversations = 2 }
        );
        var prompt = item.GetProperty("rendered").GetString()!;
        var expected = item.GetProperty("text").GetString();
        var options = new ChatOptions
        {
            Temperature = 0,
            MinP = 0,
            RepetitionPenalty = 1,
            MaxOutputTokens = item.GetProperty("tokenIds").GetArrayLength(),
            RawCompletion = true,
        };
        Assert.Equal(expected, (await client.GetResponseAsync(prompt, options)).Text);

        // Again with the prompt in the cache, and beside three other chats.
        var others = Enumerable
            .Range(0, 3)
            .Select(number =>
                client.GetResponseAsync($"Tell me {number} things.", new ChatOptions { MaxOutputTokens = 20 })
            )
            .ToArray();
        Assert.Equal(expected, (await client.GetResponseAsync(prompt, options)).Text);
        await Task.WhenAll(others);
    }

    [Fact]
    public async Task GetResponse_CancelledInALongPrompt_EndsSoonAndTheNextOneIsWell()
    {
        await using var client = await LoadMiniMindAsync();
        var text = string.Concat(Enumerable.Range(0, 300).Select(number => $"Line {number} is here. "));
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(30));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            client.GetResponseAsync(text, new ChatOptions { MaxOutputTokens = 400 }, source.Token)
        );
        var options = new ChatOptions { Temperature = 0, MaxOutputTokens = 16 };
        var response = await client.GetResponseAsync("What is the capital of France?", options);
        Assert.Equal("The capital of France is Paris.", response.Text);
    }

    private static Task<LocalChatClient> LoadMiniMindAsync() =>
        OnnxModel.LoadChatClientAsync(
            TestAssets.MiniMindOnnxFolder,
            new ModelLoadOptions { ContextTokens = 4096, Threads = 1 }
        );
}
