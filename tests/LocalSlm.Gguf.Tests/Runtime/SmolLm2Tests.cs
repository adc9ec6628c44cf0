using System.Numerics.Tensors;
using System.Text.Json;
using LocalSlm.Testing;

namespace LocalSlm.Tests.Runtime;

/// <summary>Greedy replies and first-step logits of SmolLM2-135M Q4_1. Expected values: <c>golden/models/smollm2-gguf.json</c>,
/// made with llama.cpp v0.4.0 through a C shim; its README says what may be asserted.</summary>
[Collection("native")]
public sealed class SmolLm2Tests
{
    private const string ModelFile = "smollm2-135m-instruct-q4_1.gguf";

    [Fact]
    public async Task Decode_GreedyOnGoldenPrompts_GivesTheAgreedTokens()
    {
        using var golden = JsonDocument.Parse(
            await File.ReadAllBytesAsync(TestAssets.GoldenOrSkip("models", "smollm2-gguf.json"))
        );
        using var model = await LoadedModels.OpenAsync(
            TestAssets.ModelOrSkip(ModelFile),
            new ModelLoadOptions
            {
                ContextTokens = 2048,
                MaxConcurrentReplies = 1,
                CachedConversations = 0,
                Threads = 1,
                AdaptThreads = false,
            }
        );
        foreach (var item in golden.RootElement.GetProperty("items").EnumerateArray())
        {
            var prompt = Ints(item.GetProperty("promptTokenIds"));
            var expected = Ints(item.GetProperty("tokenIds"));
            var safe = item.GetProperty("agreedPrefix").GetProperty("acrossLlamaCppVariants").GetInt32();
            var top = item.GetProperty("firstStep").GetProperty("top10").EnumerateArray().First();

            var (tokens, firstLogits) = Greedy(model.Decoder, prompt, safe);

            Assert.Equal(expected[..safe], tokens);

            // CPU variants and batch shapes move logits by up to 1.04 (README).
            Assert.Equal(top.GetProperty("logit").GetSingle(), firstLogits[top.GetProperty("id").GetInt32()], 1.1f);
        }
    }

    private static (int[] Tokens, float[] FirstLogits) Greedy(ITokenDecoder decoder, int[] prompt, int count)
    {
        var batch = new DecodeBatch(decoder.Capabilities.BatchTokens, 4);
        decoder.CutBack(0, 0);
        for (var start = 0; start < prompt.Length; start += decoder.Capabilities.BatchTokens)
        {
            var length = Math.Min(decoder.Capabilities.BatchTokens, prompt.Length - start);
            batch.Clear();
            batch.Add(0, start, prompt.AsSpan(start, length), start + length == prompt.Length ? 1 : 0);
            decoder.Decode(batch, CancellationToken.None);
            Assert.Equal(DecodeStatus.Done, batch.Statuses[0]);
        }

        var logits = decoder.GetLogits(0).ToArray();
        var tokens = new int[count];
        for (var i = 0; i < count; i++)
        {
            tokens[i] = TensorPrimitives.IndexOfMax(decoder.GetLogits(0));
            batch.Clear();
            batch.Add(0, prompt.Length + i, [tokens[i]], 1);
            decoder.Decode(batch, CancellationToken.None);
            Assert.Equal(DecodeStatus.Done, batch.Statuses[0]);
        }

        return (tokens, logits);
    }

    private static int[] Ints(JsonElement array) => [.. array.EnumerateArray().Select(value => value.GetInt32())];
}
