using System.Numerics.Tensors;
using System.Text.Json;
using LocalSlm.Testing;

namespace LocalSlm.Tests.Runtime;

/// <summary>Greedy tokens and first-step logits of the official layout. Expected values: <c>golden/models/smollm2-genai.json</c> and
/// <c>tiny.json</c>, made with onnxruntime-genai 0.18.0; the README there says what may be asserted.</summary>
[Collection("native")]
public sealed class GenAiGoldenTests
{
    // The prompt whose every choice leads by 1.37 and more: no machine chooses otherwise.
    private const string SafePrompt = "plain-count";
    private const float SafeGap = 1.3f;

    private const string SmolLm2 = "smollm2-135m-instruct-genai-int4";

    [Fact]
    public async Task Decode_GreedyOnGoldenPrompts_GivesTheSameTokens()
    {
        using var golden = Golden("smollm2-genai.json");
        using var model = await OpenSmolLm2Async();
        var compared = 0;
        foreach (var item in golden.RootElement.GetProperty("items").EnumerateArray())
        {
            var prompt = Ints(item.GetProperty("promptTokenIds"));
            var expected = Ints(item.GetProperty("tokenIds"));
            var gaps = item.GetProperty("top1Top2Gaps").EnumerateArray().Select(gap => gap.GetSingle()).ToArray();

            // Up to the first choice that another CPU could make otherwise.
            var safe = gaps.TakeWhile(gap => gap >= SafeGap).Count();
            var (tokens, logits) = Greedy(model.Decoder, prompt, safe);
            Assert.Equal(expected[..safe], tokens);
            compared += safe;
            if (item.GetProperty("id").GetString() == SafePrompt)
            {
                Assert.Equal(48, safe);
            }

            // The same prompt in one batch or token by token moves logits by up to 0.77 in the reference itself (README).
            foreach (var top in item.GetProperty("firstStep").GetProperty("top10").EnumerateArray())
            {
                Assert.Equal(top.GetProperty("logit").GetSingle(), logits[top.GetProperty("id").GetInt32()], 0.8f);
            }
        }

        Assert.True(compared > 48, "No other prompt has a safe start.");
    }

    [Fact]
    public async Task Decode_SafePrompt_AgreesWithTransformers()
    {
        // Other weights (the GGUF's, in float32) and other software: only what every engine agreed on.
        using var golden = Golden("smollm2-transformers.json");
        using var model = await OpenSmolLm2Async();
        var item = golden
            .RootElement.GetProperty("items")
            .EnumerateArray()
            .Single(item => item.GetProperty("id").GetString() == SafePrompt);
        var expected = Ints(item.GetProperty("tokenIds"));
        Assert.Equal(expected, Greedy(model.Decoder, Ints(item.GetProperty("promptTokenIds")), expected.Length).Tokens);
    }

    [Fact]
    public async Task Decode_SafePromptAfterAReusedPrefixOrInABatch_GivesTheSameTokens()
    {
        using var golden = Golden("smollm2-genai.json");
        using var model = await OpenSmolLm2Async();
        var decoder = model.Decoder;
        var item = golden
            .RootElement.GetProperty("items")
            .EnumerateArray()
            .Single(item => item.GetProperty("id").GetString() == SafePrompt);
        var prompt = Ints(item.GetProperty("promptTokenIds"));
        var expected = Ints(item.GetProperty("tokenIds"));
        var batch = new DecodeBatch(256, 4);

        // Sequence 1 takes the start from sequence 0, which went on otherwise; sequence 2 computes all; 3 another prompt.
        Feed(0, 0, [.. prompt[..^3], 504, 3575]);
        Assert.True(decoder.TryCopyPrefix(0, 1, prompt.Length - 3));
        int[][] tokens =
        [
            [],
            [],
            [],
        ];
        int[] next = [Feed(1, prompt.Length - 3, prompt[^3..]), Feed(2, 0, prompt), Feed(3, 0, prompt[..^1])];
        int[] lengths = [prompt.Length, prompt.Length, prompt.Length - 1];
        for (var step = 0; step < expected.Length; step++)
        {
            batch.Clear();
            for (var i = 0; i < 3; i++)
            {
                tokens[i] = [.. tokens[i], next[i]];
                batch.Add(i + 1, lengths[i]++, [next[i]], 1);
            }

            decoder.Decode(batch, CancellationToken.None);
            for (var i = 0; i < 3; i++)
            {
                Assert.Equal(DecodeStatus.Done, batch.Statuses[i]);
                next[i] = TensorPrimitives.IndexOfMax(decoder.GetLogits(i));
            }
        }

        Assert.Equal(expected, tokens[0]);
        Assert.Equal(expected, tokens[1]);

        int Feed(int sequence, int start, int[] row)
        {
            batch.Clear();
            batch.Add(sequence, start, row, 1);
            decoder.Decode(batch, CancellationToken.None);
            Assert.Equal(DecodeStatus.Done, batch.Statuses[0]);
            return TensorPrimitives.IndexOfMax(decoder.GetLogits(0));
        }
    }

    [Fact]
    public async Task Decode_TinyLlama_GivesTheReferencesTokensAndLogits()
    {
        using var golden = Golden("tiny.json");
        using var model = await LoadedOnnxModels.OpenAsync(TestAssets.ModelOrSkip("tiny-llama-genai-fp32"));
        foreach (var item in golden.RootElement.GetProperty("cases").EnumerateArray())
        {
            var prompt = Ints(item.GetProperty("ids"));
            var expected = Ints(item.GetProperty("greedy"));
            var (tokens, logits) = Greedy(model.Decoder, prompt, expected.Length);
            Assert.Equal(expected, tokens);

            // Float32 throughout: only the order of sums may differ.
            foreach (var top in item.GetProperty("first_step_top5").EnumerateArray())
            {
                Assert.Equal(top[1].GetSingle(), logits[top[0].GetInt32()], 1e-3f);
            }
        }
    }

    private static Task<IRuntimeModel> OpenSmolLm2Async() =>
        LoadedOnnxModels.OpenAsync(
            TestAssets.ModelOrSkip(SmolLm2),
            new ModelLoadOptions
            {
                ContextTokens = 2048,
                MaxConcurrentReplies = 4,
                CachedConversations = 0,
            }
        );

    private static JsonDocument Golden(string name) =>
        JsonDocument.Parse(File.ReadAllBytes(TestAssets.GoldenOrSkip("models", name)));

    private static (int[] Tokens, float[] FirstLogits) Greedy(ITokenDecoder decoder, int[] prompt, int count)
    {
        var most = decoder.Capabilities.BatchTokens;
        var batch = new DecodeBatch(most, 4);
        decoder.CutBack(0, 0);
        for (var start = 0; start < prompt.Length; start += most)
        {
            var length = Math.Min(most, prompt.Length - start);
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
