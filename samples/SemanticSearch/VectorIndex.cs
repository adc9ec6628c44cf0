using System.Numerics.Tensors;
using Microsoft.Extensions.AI;

namespace LocalSlm.Samples.SemanticSearch;

/// <summary>Passages in memory with their vectors. Vectors have length 1, so that a dot product is the cosine.</summary>
internal sealed class VectorIndex
{
    private readonly IReadOnlyList<Passage> _passages;
    private readonly GeneratedEmbeddings<Embedding<float>> _vectors;

    private VectorIndex(IReadOnlyList<Passage> passages, GeneratedEmbeddings<Embedding<float>> vectors)
    {
        _passages = passages;
        _vectors = vectors;
    }

    /// <summary>Gets the tokens that were computed.</summary>
    public long Tokens => _vectors.Usage?.InputTokenCount ?? 0;

    public static async Task<VectorIndex> CreateAsync(
        IReadOnlyList<Passage> passages,
        IEmbeddingGenerator<string, Embedding<float>> generator,
        CancellationToken cancellationToken
    )
    {
        var options = new EmbeddingGenerationOptions
        {
            InputKind = EmbeddingInputKind.Document,
            OverlongTexts = OverlongTextPolicy.AverageChunks,
        };
        var vectors = await generator.GenerateAsync(
            passages.Select(static passage => passage.Text),
            options,
            cancellationToken
        );
        return new VectorIndex(passages, vectors);
    }

    /// <summary>Finds the passages that are nearest to a vector.</summary>
    public IEnumerable<(float Score, Passage Passage)> Find(ReadOnlyMemory<float> query, int count) =>
        _passages
            .Select((passage, i) => (TensorPrimitives.Dot(query.Span, _vectors[i].Vector.Span), passage))
            .OrderByDescending(static found => found.Item1)
            .Take(count);
}
