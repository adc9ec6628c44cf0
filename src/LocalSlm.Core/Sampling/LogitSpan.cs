using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

namespace LocalSlm.Sampling;

/// <summary>What is done to a whole span of logits.</summary>
internal static class LogitSpan
{
    /// <summary>Finds the first of the greatest logits.</summary>
    /// <remarks>NaN logits become negative infinity; where there are positive infinities, they become 0 and all others
    /// negative infinity, which is the limit of the distribution.</remarks>
    /// <exception cref="InvalidOperationException">No logit is above negative infinity.</exception>
    public static int IndexOfMax(Span<float> logits)
    {
        int best = TensorPrimitives.IndexOfMax<float>(logits);
        if (best < 0 || !float.IsFinite(logits[best]))
        {
            MakeFinite(logits);
            best = TensorPrimitives.IndexOfMax<float>(logits);
        }

        return best >= 0 && logits[best] > float.NegativeInfinity ? best : throw NoneLeft();
    }

    /// <summary>Finds the greatest logit, as <see cref="IndexOfMax"/> does.</summary>
    public static float Max(Span<float> logits)
    {
        float max = logits.IsEmpty ? float.NaN : TensorPrimitives.Max<float>(logits);
        if (!float.IsFinite(max))
        {
            max = logits[IndexOfMax(logits)];
        }

        return max;
    }

    /// <summary>Sets the logits of all tokens whose bit is not set to negative infinity.</summary>
    public static void Mask(Span<float> logits, ReadOnlySpan<ulong> allowed)
    {
        if (allowed.Length < (logits.Length + 63) / 64)
        {
            throw new ArgumentException(
                $"The mask has {allowed.Length * 64L} bits; there are {logits.Length} tokens.",
                nameof(allowed)
            );
        }

        for (int word = 0; word * 64 < logits.Length; word++)
        {
            ulong bits = allowed[word];
            if (bits == ulong.MaxValue)
            {
                continue;
            }

            Span<float> piece = logits.Slice(word * 64, Math.Min(64, logits.Length - (word * 64)));
            if (bits == 0)
            {
                piece.Fill(float.NegativeInfinity);
                continue;
            }

            for (int i = 0; i < piece.Length; i++)
            {
                if ((bits >> i & 1) == 0)
                {
                    piece[i] = float.NegativeInfinity;
                }
            }
        }
    }

    /// <summary>Copies the logits from <paramref name="threshold"/> upwards, with their indices, in order.</summary>
    /// <returns>How many there are.</returns>
    public static int Gather(ReadOnlySpan<float> logits, float threshold, Span<float> values, Span<int> indices)
    {
        // The loop writes whole vectors where all lanes pass; the lengths make that safe.
        ArgumentOutOfRangeException.ThrowIfLessThan(values.Length, logits.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(indices.Length, logits.Length);
        int kept = 0;
        int i = 0;
        Vector256<float> limit = Vector256.Create(threshold);
        for (; i <= logits.Length - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            Vector256<float> vector = Vector256.Create(logits[i..]);
            uint passed = Vector256.GreaterThanOrEqual(vector, limit).ExtractMostSignificantBits();
            if (passed != 0)
            {
                VectorCompaction.Write(vector, passed, values[kept..]);
                VectorCompaction.Write(Vector256<int>.Indices + Vector256.Create(i), passed, indices[kept..]);
                kept += System.Numerics.BitOperations.PopCount(passed);
            }
        }

        for (; i < logits.Length; i++)
        {
            if (logits[i] >= threshold)
            {
                values[kept] = logits[i];
                indices[kept++] = i;
            }
        }

        return kept;
    }

    private static void MakeFinite(Span<float> logits)
    {
        bool infinite = logits.Contains(float.PositiveInfinity);
        foreach (ref float logit in logits)
        {
            if (infinite)
            {
                logit = float.IsPositiveInfinity(logit) ? 0 : float.NegativeInfinity;
            }
            else if (float.IsNaN(logit))
            {
                logit = float.NegativeInfinity;
            }
        }
    }

    private static InvalidOperationException NoneLeft() =>
        new(
            "No token can be chosen: every logit is negative infinity or NaN. The model computed no number, or logit biases and constraints forbid every token."
        );
}
