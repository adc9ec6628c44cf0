using LocalSlm.Onnx;
using LocalSlm.Tests.TinyOnnx;
using Microsoft.Extensions.AI;

namespace LocalSlm.Tests.Embeddings;

/// <summary>The ways in which graphs of encoders differ, against vectors computed without ONNX Runtime.</summary>
[Collection("native")]
public sealed class TinyEncoderTests
{
    /// <summary>32-bit sums of a handful of numbers below 1.</summary>
    private const float Tolerance = 1e-5f;

    /// <summary>A 16-bit number keeps 11 bits of a value below 2.</summary>
    private const float HalfTolerance = 1e-3f;

    private static readonly string[] s_texts =
    [
        "cat",
        "a longer text",
        "zz",
        "kitten",
        "of twenty-four letters..",
        "ab",
    ];

    [Theory]
    [InlineData(EmbeddingPooling.Mean)]
    [InlineData(EmbeddingPooling.FirstToken)]
    [InlineData(EmbeddingPooling.LastToken)]
    public async Task Generate_TokenStates_ArePooledWithoutThePadding(EmbeddingPooling pooling)
    {
        using var encoder = new TinyEncoder();
        await AssertVectorsAsync(encoder, Tolerance, pooling);
    }

    [Fact]
    public async Task Generate_GraphThatPoolsItself_GivesItsVectors()
    {
        using var encoder = new TinyEncoder(poolsItself: true);
        await using var generator = await LoadAsync(encoder);
        var info = generator.GetService<EmbeddingModelInfo>()!;

        await AssertVectorsAsync(encoder, Tolerance);

        Assert.Null(info.Pooling);
        Assert.Equal(TinyEncoder.Hidden, info.Dimensions);
        await Assert.ThrowsAsync<NotSupportedException>(() =>
            generator.GenerateAsync(["a"], new() { Pooling = EmbeddingPooling.Mean })
        );
    }

    [Fact]
    public async Task Generate_GraphWithCaches_IsGivenEmptyOnes()
    {
        using var encoder = new TinyEncoder(hasCaches: true);
        await AssertVectorsAsync(encoder, Tolerance);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Generate_16BitOutput_IsWidened(bool poolsItself)
    {
        using var encoder = new TinyEncoder(poolsItself, outputType: TinyGraph.Float16);
        await AssertVectorsAsync(encoder, HalfTolerance);
    }

    [Fact]
    public async Task Generate_Brain16BitOutput_IsWidened()
    {
        using var encoder = new TinyEncoder(outputType: TinyGraph.BFloat16);

        // It keeps 8 bits.
        await AssertVectorsAsync(encoder, 8e-3f);
    }

    [Fact]
    public async Task Generate_32BitIds_AreServed()
    {
        using var encoder = new TinyEncoder(integerType: TinyGraph.Int32);
        await AssertVectorsAsync(encoder, Tolerance);
    }

    [Theory]
    [InlineData(1, 0, false)]
    [InlineData(4, 0, false)]
    [InlineData(0, 24, false)]
    [InlineData(4, 24, false)]
    [InlineData(4, 24, true)]
    public async Task Generate_FixedShape_IsFilledUp(int texts, int length, bool poolsItself)
    {
        using var encoder = new TinyEncoder(poolsItself, fixedTexts: texts, fixedLength: length);
        await AssertVectorsAsync(encoder, Tolerance);
    }

    [Fact]
    public async Task Generate_FixedLengthBelowTheModels_IsTheLimit()
    {
        using var encoder = new TinyEncoder(fixedLength: 8);
        await using var generator = await LoadAsync(encoder);

        var error = await Assert.ThrowsAsync<TextTooLongException>(() => generator.GenerateAsync(["nine char"]));

        Assert.Equal((9, 8), (error.Tokens, error.MaxTokens));
    }

    [Fact]
    public async Task Generate_32BitGraph_PaddedEqualsAloneExactly()
    {
        using var encoder = new TinyEncoder();
        await using var generator = await LoadAsync(encoder);

        // As different as texts may be that are computed together.
        var texts = s_texts.Where(static text => text.Length < 18).ToArray();
        var together = await generator.GenerateAsync(texts);

        Assert.Equal(1, generator.GetService<EmbeddingStatistics>()!.Batches);
        for (var i = 0; i < texts.Length; i++)
        {
            var alone = await generator.GenerateVectorAsync(texts[i]);
            Assert.Equal(alone.ToArray(), together[i].Vector.ToArray());
        }
    }

    private static async Task AssertVectorsAsync(TinyEncoder encoder, float tolerance, EmbeddingPooling? pooling = null)
    {
        await using var generator = await LoadAsync(encoder, pooling);
        var together = await generator.GenerateAsync(s_texts);
        for (var i = 0; i < s_texts.Length; i++)
        {
            var expected = encoder.VectorOf(s_texts[i], pooling ?? EmbeddingPooling.Mean);
            AssertNear(expected, together[i].Vector.Span);
            AssertNear(expected, (await generator.GenerateVectorAsync(s_texts[i])).Span);
        }

        void AssertNear(float[] expected, ReadOnlySpan<float> actual)
        {
            Assert.Equal(expected.Length, actual.Length);
            for (var i = 0; i < expected.Length; i++)
            {
                Assert.Equal(expected[i], actual[i], tolerance);
            }
        }
    }

    private static Task<LocalEmbeddingGenerator> LoadAsync(TinyEncoder encoder, EmbeddingPooling? pooling = null) =>
        OnnxModel.LoadEmbeddingGeneratorAsync(
            encoder.Path,
            new EmbeddingLoadOptions { Pooling = pooling, Load = { Threads = 1, AdaptThreads = false } }
        );
}
