using System.Numerics.Tensors;

namespace LocalSlm.Embeddings;

/// <summary>Turns the hidden states of a text's tokens into one vector. For both runtimes; the states may come in several parts.</summary>
internal static class VectorPooling
{
    /// <summary>Adds the states of the next tokens of a text.</summary>
    /// <param name="states">Their states, [tokens, dimensions].</param>
    /// <param name="pooling">How.</param>
    /// <param name="position">How many tokens of the text came before.</param>
    /// <param name="total">How many tokens the text has.</param>
    /// <param name="vector">The vector so far; overwritten where <paramref name="position"/> is 0.</param>
    public static void Add(
        ReadOnlySpan<float> states,
        EmbeddingPooling pooling,
        int position,
        int total,
        Span<float> vector
    )
    {
        var dimensions = vector.Length;
        var tokens = states.Length / dimensions;
        switch (pooling)
        {
            case EmbeddingPooling.FirstToken:
                if (position == 0)
                {
                    states[..dimensions].CopyTo(vector);
                }

                break;
            case EmbeddingPooling.LastToken:
                if (position + tokens == total)
                {
                    states.Slice((tokens - 1) * dimensions, dimensions).CopyTo(vector);
                }

                break;
            case EmbeddingPooling.Mean:
                if (position == 0)
                {
                    vector.Clear();
                }

                for (var token = 0; token < tokens; token++)
                {
                    TensorPrimitives.Add(vector, states.Slice(token * dimensions, dimensions), vector);
                }

                if (position + tokens == total)
                {
                    TensorPrimitives.Divide(vector, total, vector);
                }

                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(pooling), pooling, "This pooling is unknown.");
        }
    }
}
