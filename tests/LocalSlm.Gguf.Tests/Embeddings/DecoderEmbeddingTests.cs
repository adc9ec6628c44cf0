using System.Numerics.Tensors;
using LocalSlm.Testing.TinyModels;
using LocalSlm.Tests.Runtime;
using Microsoft.Extensions.AI;

namespace LocalSlm.Tests.Embeddings;

/// <summary>A decoder whose file names a pooling: its vector is the state of the last token.</summary>
[Collection("native")]
public sealed class DecoderEmbeddingTests
{
    /// <summary><c>LLAMA_POOLING_TYPE_LAST</c> of llama.h, v0.4.0.</summary>
    private const uint LastToken = 3;

    private static readonly TinyModel s_model = new(
        "llama-bpe-embeddings",
        static () => TinyArchitectures.LlamaBpe().Add("llama.pooling_type", LastToken)
    );

    [Fact]
    public async Task Generate_TextsTogether_GiveWhatEachGivesAlone()
    {
        await using var model = await LocalEmbeddingModel.LoadAsync(
            LoadedModels.Runtime,
            TinyModelFiles.Get(s_model),
            new EmbeddingLoadOptions()
        );
        using var generator = model.CreateGenerator();
        string[] texts = ["one", "one two", string.Concat(Enumerable.Repeat("many words ", 30)), "two one"];

        var together = await generator.GenerateAsync(texts);

        Assert.Equal(EmbeddingPooling.LastToken, model.Info.Pooling);
        for (var i = 0; i < texts.Length; i++)
        {
            var alone = await generator.GenerateVectorAsync(texts[i]);
            Assert.Equal(1.0, TensorPrimitives.Norm(alone.Span), 1e-5);
            // Keys and values are kept in 16 bits, and kernels for one row and for many sum in another order.
            Assert.InRange(TensorPrimitives.CosineSimilarity(alone.Span, together[i].Vector.Span), 0.999f, 1.001f);
        }

        // The last token has seen those before it: the same words in another order are another text.
        Assert.InRange(
            TensorPrimitives.CosineSimilarity(together[1].Vector.Span, together[3].Vector.Span),
            -1f,
            0.9999f
        );
    }
}
