using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

namespace LocalSlm.Sampling;

/// <summary>Log probabilities as the model gives them, before any sampling setting.</summary>
internal static class LogProbabilities
{
    /// <summary>Gives ln Σ exp(logit); NaN logits count as negative infinity.</summary>
    public static float LogSumExp(ReadOnlySpan<float> logits)
    {
        if (logits.IsEmpty)
        {
            return float.NegativeInfinity;
        }

        float max = TensorPrimitives.Max(logits);
        if (float.IsFinite(max))
        {
            return (float)(max + Math.Log(ExponentialSum.Of(logits, max)));
        }

        return float.IsNaN(max) ? LogSumExpOfNumbers(logits) : max;
    }

    /// <summary>Gives a token's log probability.</summary>
    /// <param name="logits">The logits.</param>
    /// <param name="logSumExp">Their <see cref="LogSumExp"/>.</param>
    /// <param name="token">The token.</param>
    public static float Of(ReadOnlySpan<float> logits, float logSumExp, int token)
    {
        float logit = logits[token];

        // Written so that NaN fails; equal infinities are one certain token.
        return !(logit > float.NegativeInfinity) ? float.NegativeInfinity
            : logit == logSumExp ? 0
            : logit - logSumExp;
    }

    /// <summary>Finds the likeliest tokens, best first, the lower id first among equals. Tokens of probability 0 are left
    /// out.</summary>
    /// <param name="logits">The logits.</param>
    /// <param name="logSumExp">Their <see cref="LogSumExp"/>.</param>
    /// <param name="tokens">Receives the tokens; its length says how many are wanted. Meant for few, up to some dozens.</param>
    /// <param name="logProbabilities">Receives their log probabilities; as long as <paramref name="tokens"/>.</param>
    /// <returns>How many were written.</returns>
    public static int Top(ReadOnlySpan<float> logits, float logSumExp, Span<int> tokens, Span<float> logProbabilities)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(logProbabilities.Length, tokens.Length);
        if (tokens.IsEmpty)
        {
            return 0;
        }

        int count = 0;
        int i = 0;
        float limit = float.NegativeInfinity;
        for (; i <= logits.Length - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            if (Vector256.GreaterThanAny(Vector256.Create(logits[i..]), Vector256.Create(limit)))
            {
                for (int j = i; j < i + Vector256<float>.Count; j++)
                {
                    limit = Insert(logits[j], j, limit, tokens, logProbabilities, ref count);
                }
            }
        }

        for (; i < logits.Length; i++)
        {
            limit = Insert(logits[i], i, limit, tokens, logProbabilities, ref count);
        }

        for (int j = 0; j < count; j++)
        {
            logProbabilities[j] = Of(logits, logSumExp, tokens[j]);
        }

        return count;
    }

    /// <summary>Puts a token in its place among the best so far.</summary>
    /// <returns>The logit that the next one must exceed.</returns>
    private static float Insert(
        float logit,
        int token,
        float limit,
        Span<int> tokens,
        Span<float> logits,
        ref int count
    )
    {
        if (!(logit > limit))
        {
            return limit;
        }

        int at = count < tokens.Length ? count++ : count - 1;
        for (; at > 0 && logits[at - 1] < logit; at--)
        {
            logits[at] = logits[at - 1];
            tokens[at] = tokens[at - 1];
        }

        logits[at] = logit;
        tokens[at] = token;
        return count == tokens.Length ? logits[count - 1] : float.NegativeInfinity;
    }

    private static float LogSumExpOfNumbers(ReadOnlySpan<float> logits)
    {
        float max = float.NegativeInfinity;
        foreach (float logit in logits)
        {
            max = logit > max ? logit : max;
        }

        if (float.IsInfinity(max))
        {
            return max;
        }

        double sum = 0;
        foreach (float logit in logits)
        {
            sum += float.IsNaN(logit) ? 0 : Math.Exp((double)logit - max);
        }

        return (float)(max + Math.Log(sum));
    }
}
