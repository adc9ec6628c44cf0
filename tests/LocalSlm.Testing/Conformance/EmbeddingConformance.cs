using System.Numerics.Tensors;
using Microsoft.Extensions.AI;
using Xunit;

namespace LocalSlm.Testing;

/// <summary>What embedding generators must do on every runtime, with a real model.</summary>
public abstract class EmbeddingConformance
{
    private static readonly string[] s_texts =
    [
        "A cat sleeps on the warm windowsill.",
        "Interest rates rose by a quarter of a point.",
        "",
        "kitten",
        "The recipe asks for two eggs, a cup of flour and a little patience; bake it for forty minutes.",
        "Wo ist der Bahnhof?",
    ];

    /// <summary>Gets the least cosine between the vector of a text computed alone and computed among others.</summary>
    protected abstract float LeastCosineOfBatched { get; }

    /// <summary>Loads the model.</summary>
    protected abstract Task<LocalEmbeddingModel> LoadAsync(EmbeddingLoadOptions options);

    [Fact]
    public async Task Generate_Batch_EqualsEachTextAlone()
    {
        await using var model = await OpenAsync();
        using var generator = model.CreateGenerator();

        var together = await generator.GenerateAsync(s_texts);

        for (var i = 0; i < s_texts.Length; i++)
        {
            var alone = await generator.GenerateVectorAsync(s_texts[i]);
            AssertSame(alone.Span, together[i].Vector.Span, s_texts[i]);
        }

        Assert.True(Cosine(together[0], together[3]) > Cosine(together[0], together[1]) + 0.1);
    }

    [Fact]
    public async Task Generate_OtherOrderOrCompany_ChangesNoVector()
    {
        await using var model = await OpenAsync();
        using var generator = model.CreateGenerator();
        var first = await generator.GenerateAsync(s_texts);

        var reversed = await generator.GenerateAsync(s_texts.Reverse().Concat(["one more", "and another"]));

        for (var i = 0; i < s_texts.Length; i++)
        {
            AssertSame(first[i].Vector.Span, reversed[s_texts.Length - 1 - i].Vector.Span, s_texts[i]);
        }
    }

    [Fact]
    public async Task Generate_EveryVector_HasLengthOneAndSaysWhoMadeIt()
    {
        await using var model = await OpenAsync();
        using var generator = model.CreateGenerator();
        var metadata = generator.GetService<EmbeddingGeneratorMetadata>()!;

        var result = await generator.GenerateAsync(s_texts);

        Assert.Equal("localslm", metadata.ProviderName);
        Assert.Equal(metadata.DefaultModelDimensions, result[0].Dimensions);
        Assert.All(
            result,
            embedding =>
            {
                Assert.Equal(1.0, TensorPrimitives.Norm(embedding.Vector.Span), 1e-5);
                Assert.Equal(metadata.DefaultModelId, embedding.ModelId);
                Assert.NotNull(embedding.CreatedAt);
            }
        );
        Assert.Equal(s_texts.Sum(text => generator.CountTokens(text)), result.Usage!.InputTokenCount);
        Assert.Equal(result.Usage.InputTokenCount, result.Usage.TotalTokenCount);
    }

    [Fact]
    public async Task Generate_ManyRequestsAtOnce_GiveWhatEachGivesAlone()
    {
        await using var model = await OpenAsync();
        using var generator = model.CreateGenerator();
        var alone = await generator.GenerateAsync(s_texts);

        var results = await Task.WhenAll(
            Enumerable.Range(0, 24).Select(i => generator.GenerateVectorAsync(s_texts[i % s_texts.Length]))
        );

        for (var i = 0; i < results.Length; i++)
        {
            AssertSame(alone[i % s_texts.Length].Vector.Span, results[i].Span, s_texts[i % s_texts.Length]);
        }

        Assert.Equal(25, model.Statistics.CompletedRequests);
        Assert.Equal(0, model.Statistics.QueuedRequests);
    }

    [Fact]
    public async Task Generate_FewerDimensions_AreTheFirstOnesAtLengthOne()
    {
        await using var model = await OpenAsync(static options => options.AllowAnyDimensions = true);
        using var generator = model.CreateGenerator();
        var whole = await generator.GenerateVectorAsync(s_texts[0]);

        var cut = await generator.GenerateVectorAsync(s_texts[0], new() { Dimensions = 64 });

        Assert.Equal(64, cut.Length);
        Assert.Equal(1.0, TensorPrimitives.Norm(cut.Span), 1e-5);
        Assert.Equal(1.0, TensorPrimitives.CosineSimilarity(whole.Span[..64], cut.Span), 1e-5);
    }

    [Fact]
    public async Task Generate_LongText_IsRefusedTruncatedOrAveragedAsAsked()
    {
        await using var model = await OpenAsync(static options => options.MaxTokens = 32);
        using var generator = model.CreateGenerator();
        var text = string.Join(' ', Enumerable.Repeat("The quick brown fox jumps over the lazy dog.", 12));
        var tokens = generator.CountTokens(text);

        var refused = await Assert.ThrowsAsync<TextTooLongException>(() => generator.GenerateAsync(["short", text]));
        var cut = await generator.GenerateAsync(["short", text], new() { OverlongTexts = OverlongTextPolicy.Truncate });
        var averaged = await generator.GenerateAsync(
            [text],
            new() { OverlongTexts = OverlongTextPolicy.AverageChunks }
        );

        Assert.Equal((1, tokens, 32), (refused.Index, refused.Tokens, refused.MaxTokens));
        Assert.Equal(new OverlongReport(1, tokens - 32, 0, 0), cut.OverlongReport);
        Assert.Equal(tokens, cut[1].FullTokens);
        Assert.Null(cut[0].FullTokens);
        var report = averaged.OverlongReport!;
        Assert.Equal(1, report.ChunkedTexts);
        Assert.True(report.Chunks >= tokens / 32);
        Assert.Equal(1.0, TensorPrimitives.Norm(averaged[0].Vector.Span), 1e-5);
        Assert.True(TensorPrimitives.CosineSimilarity(averaged[0].Vector.Span, cut[1].Vector.Span) > 0.8);
    }

    [Fact]
    public async Task Generate_EachPooling_GivesAnotherVector()
    {
        await using var model = await OpenAsync();
        using var generator = model.CreateGenerator();

        var vectors = await Task.WhenAll(
            new[] { EmbeddingPooling.Mean, EmbeddingPooling.FirstToken, EmbeddingPooling.LastToken }.Select(pooling =>
                generator.GenerateVectorAsync(s_texts[0], new() { Pooling = pooling })
            )
        );

        Assert.True(TensorPrimitives.CosineSimilarity(vectors[0].Span, vectors[1].Span) < 0.999);
        Assert.True(TensorPrimitives.CosineSimilarity(vectors[1].Span, vectors[2].Span) < 0.9999);
    }

    [Fact]
    public async Task Generate_CancelledWhileComputing_EndsSoonAndLeavesTheModelWell()
    {
        await using var model = await OpenAsync(static options => options.OverlongTexts = OverlongTextPolicy.Truncate);
        using var generator = model.CreateGenerator();
        var texts = Enumerable.Repeat(string.Join(' ', Enumerable.Repeat("word", 400)), 400).ToArray();
        using var cancellation = new CancellationTokenSource();

        var running = generator.GenerateAsync(texts, cancellationToken: cancellation.Token);
        while (model.Statistics.Batches == 0)
        {
            await Task.Delay(5);
        }

        await cancellation.CancelAsync();
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);

        Assert.Equal(cancellation.Token, error.CancellationToken);
        Assert.True(model.Statistics.Texts < texts.Length);
        Assert.Equal(
            generator.GetService<EmbeddingModelInfo>()!.Dimensions,
            (await generator.GenerateVectorAsync("well")).Length
        );
    }

    [Fact]
    public async Task Dispose_WhileComputing_EndsRequestsWithATypedError()
    {
        var model = await OpenAsync(static options => options.OverlongTexts = OverlongTextPolicy.Truncate);
        using var generator = model.CreateGenerator();
        var running = generator.GenerateAsync(Enumerable.Repeat(string.Join(' ', Enumerable.Repeat("word", 400)), 400));
        while (model.Statistics.Batches == 0)
        {
            await Task.Delay(5);
        }

        await model.DisposeAsync();

        await Assert.ThrowsAsync<ModelUnloadedException>(() => running);
        await Assert.ThrowsAsync<ModelUnloadedException>(() => generator.GenerateAsync(["more"]));
    }

    [Fact]
    public async Task Generate_HugeText_IsRefusedOrCut()
    {
        await using var model = await OpenAsync();
        using var generator = model.CreateGenerator();
        var text = string.Concat(Enumerable.Repeat("lorem ipsum dolor ", 10 * 1024 * 1024 / 18));

        var cut = await generator.GenerateAsync([text], new() { OverlongTexts = OverlongTextPolicy.Truncate });

        Assert.True(cut.OverlongReport!.DroppedTokens > 1_000_000);
        await Assert.ThrowsAsync<TextTooLongException>(() => generator.GenerateAsync([text]));
    }

    [Fact]
    public async Task Generate_OddInput_IsRefusedByNameOrServed()
    {
        await using var model = await OpenAsync();
        using var generator = model.CreateGenerator();

        var none = await generator.GenerateAsync([]);
        var empty = await generator.GenerateAsync([""]);
        var nothing = await Assert.ThrowsAsync<ArgumentException>(() => generator.GenerateAsync(["a", null!]));
        var half = await Assert.ThrowsAsync<ArgumentException>(() => generator.GenerateAsync(["a", "b", "x\uD83D"]));

        Assert.Empty(none);
        Assert.Equal(0, none.Usage!.TotalTokenCount);
        Assert.Equal(2, empty.Usage!.InputTokenCount);
        Assert.Contains("Text 1 is null", nothing.Message, StringComparison.Ordinal);
        Assert.Contains("Text 2 is not valid Unicode", half.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentNullException>(() => generator.GenerateAsync(null!));
        await Assert.ThrowsAsync<ModelNotFoundException>(() => Ask(new() { ModelId = "another" }));
        await Assert.ThrowsAsync<NotSupportedException>(() =>
            Ask(new() { RawRepresentationFactory = static _ => "x" })
        );
        await Assert.ThrowsAsync<NotSupportedException>(() =>
            Ask(new() { AdditionalProperties = new() { ["x"] = 1 } })
        );
        await Assert.ThrowsAsync<UnsupportedDimensionsException>(() => Ask(new() { Dimensions = 64 }));
        await Assert.ThrowsAsync<ArgumentException>(() => Ask(new() { PromptName = "query" }));

        Task Ask(EmbeddingGenerationOptions options) => generator.GenerateAsync(["a"], options);
    }

    [Fact]
    public async Task Generate_Prompt_IsPutBeforeTheText()
    {
        await using var model = await OpenAsync(static options => options.Prompts["query"] = "find: ");
        using var generator = model.CreateGenerator();

        var prompted = await generator.GenerateVectorAsync("cats", new() { InputKind = EmbeddingInputKind.Query });
        var written = await generator.GenerateVectorAsync("find: cats");
        var document = await generator.GenerateVectorAsync("cats", new() { InputKind = EmbeddingInputKind.Document });
        var bare = await generator.GenerateVectorAsync("cats");

        Assert.Equal(written, prompted, SameValues);
        Assert.Equal(bare, document, SameValues);
        Assert.NotEqual(bare, prompted, SameValues);
    }

    [Fact]
    public async Task Load_MoreTokensThanTheModelTakes_IsRefused() =>
        await Assert.ThrowsAsync<ArgumentException>(() => OpenAsync(static options => options.MaxTokens = 1_000_000));

    private static bool SameValues(ReadOnlyMemory<float> one, ReadOnlyMemory<float> other) =>
        one.Span.SequenceEqual(other.Span);

    private Task<LocalEmbeddingModel> OpenAsync(Action<EmbeddingLoadOptions>? configure = null)
    {
        var options = new EmbeddingLoadOptions { Load = { Threads = 1, AdaptThreads = false } };
        configure?.Invoke(options);
        return LoadAsync(options);
    }

    private void AssertSame(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string text)
    {
        var cosine = TensorPrimitives.CosineSimilarity(expected, actual);
        Assert.True(cosine >= LeastCosineOfBatched, $"'{text}': {cosine}");
    }

    private static float Cosine(Embedding<float> one, Embedding<float> other) =>
        TensorPrimitives.CosineSimilarity(one.Vector.Span, other.Vector.Span);
}
