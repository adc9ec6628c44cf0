using System.Numerics.Tensors;

namespace LocalSlm.Sampling;

/// <summary>Sums of exponentials over many logits, in pieces that stay in the first-level cache.</summary>
internal static class ExponentialSum
{
    private const int Piece = 1024;

    /// <summary>Gives Σ exp(logit − max).</summary>
    /// <param name="logits">Logits without NaN and positive infinity.</param>
    /// <param name="max">The greatest of them; finite.</param>
    public static double Of(ReadOnlySpan<float> logits, float max)
    {
        Span<float> buffer = stackalloc float[Piece];
        double sum = 0;
        while (!logits.IsEmpty)
        {
            ReadOnlySpan<float> piece = logits[..Math.Min(Piece, logits.Length)];
            Span<float> exponentials = buffer[..piece.Length];
            TensorPrimitives.Subtract(piece, max, exponentials);
            TensorPrimitives.Exp(exponentials, exponentials);
            sum += TensorPrimitives.Sum<float>(exponentials);
            logits = logits[piece.Length..];
        }

        return sum;
    }
}
