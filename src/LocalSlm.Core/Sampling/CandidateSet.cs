using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LocalSlm.Sampling;

/// <summary>The tokens that are still considered, in the order of their ids, with their logits. Each step drops some of them;
/// probabilities are always those among the tokens that the steps before have left.</summary>
/// <remarks>Scratch memory, one per thread: a model's owner thread samples for all its requests, one after another.</remarks>
internal sealed class CandidateSet
{
    // Sums of many floats carry relative errors of this size; a mass that is this close to the limit counts as equal to it.
    private const double Rounding = 1e-6;
    private const int DrawPiece = 1024;

    [ThreadStatic]
    private static CandidateSet? t_current;

    private float[] _logits = [];
    private float[] _weights = [];
    private float[] _closeness = [];
    private int[] _tokens = [];
    private int _count;
    private float _max;

    private CandidateSet() { }

    /// <summary>Gets the thread's set.</summary>
    public static CandidateSet Current => t_current ??= new CandidateSet();

    /// <summary>Gets the tokens, in ascending order.</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, _count);

    /// <summary>Fills the set from the logits of the whole vocabulary and applies top-k, typical-p, top-p and min-p.</summary>
    /// <remarks>May replace NaN and infinities in <paramref name="logits"/>.</remarks>
    public void Fill(Span<float> logits, SamplingSettings settings)
    {
        Reserve(logits.Length);
        bool topK = settings.TopK > 0 && settings.TopK < logits.Length;
        bool typical = settings.TypicalP < 1;
        bool topP = settings.TopP < 1;
        if (topK || typical)
        {
            _max = LogitSpan.Max(logits);
            Gather(logits, topK ? TopKThreshold(logits, settings.TopK) : float.MinValue);
            if (topK)
            {
                KeepTop(_logits, default, settings.TopK);
            }

            if (typical)
            {
                ApplyTypicalP(settings.TypicalP);
            }

            if (topP)
            {
                ApplyTopP(settings.TopP, Weigh(1));
            }

            if (settings.MinP > 0)
            {
                ApplyMinP(settings.MinP);
            }

            return;
        }

        // Top-p and min-p both keep the front of the same order, so they may be applied in any order as long as top-p's mass
        // is that of the whole vocabulary. What surely falls is never gathered.
        _max = LogitSpan.Max(logits);
        float threshold = float.MinValue;
        double total = 0;
        if (settings.MinP > 0)
        {
            threshold = _max + MathF.Log(settings.MinP);
        }

        if (topP)
        {
            total = ExponentialSum.Of(logits, _max);

            // All tokens below mean × (1 − p) together have less than 1 − p of the mass. Half of that leaves room for rounding.
            double mean = total / logits.Length;
            threshold = MathF.Max(threshold, _max + (float)Math.Log(0.5 * (1 - settings.TopP) * mean));
        }

        Gather(logits, threshold);
        if (topP)
        {
            Weigh(1);
            ApplyTopP(settings.TopP, total);
        }
    }

    /// <summary>Draws a token.</summary>
    /// <param name="temperature">What the logits are divided by; above 0.</param>
    /// <param name="uniform">A random number from 0 to below 1.</param>
    public int Draw(float temperature, double uniform)
    {
        double left = uniform * Weigh(temperature);
        ReadOnlySpan<float> weights = _weights.AsSpan(0, _count);
        int last = 0;
        for (int start = 0; start < weights.Length; start += DrawPiece)
        {
            ReadOnlySpan<float> piece = weights.Slice(start, Math.Min(DrawPiece, weights.Length - start));
            double mass = TensorPrimitives.Sum(piece);
            if (left >= mass)
            {
                left -= mass;
                last = mass > 0 ? start : last;
                continue;
            }

            for (int i = 0; i < piece.Length; i++)
            {
                left -= piece[i];
                if (left < 0)
                {
                    return _tokens[start + i];
                }
            }

            // Adding one by one gave a hair less than the vectorised sum.
            last = start;
            break;
        }

        int token = Math.Min(last + DrawPiece, _count) - 1;
        while (weights[token] == 0)
        {
            token--;
        }

        return _tokens[token];
    }

    /// <summary>Finds a logit that at least <paramref name="k"/> tokens reach, and few more: the k-th greatest of the maxima
    /// of equal pieces, since each piece holds a token that reaches its own maximum.</summary>
    private float TopKThreshold(ReadOnlySpan<float> logits, int k)
    {
        int piece = Math.Min(256, logits.Length / (4 * k));
        if (piece < 16)
        {
            return float.MinValue;
        }

        int pieces = logits.Length / piece;
        Span<float> maxima = _weights.AsSpan(0, pieces);
        for (int i = 0; i < pieces; i++)
        {
            maxima[i] = MathF.Max(float.MinValue, TensorPrimitives.Max(logits.Slice(i * piece, piece)));
        }

        return WeightedCut.Find(maxima, default, k, out _);
    }

    private void ApplyTypicalP(float p)
    {
        double total = Weigh(1);
        double weighted = 0;
        for (int i = 0; i < _count; i++)
        {
            // A weight of 0 may belong to a logit so low that the product is no number.
            weighted += _weights[i] == 0 ? 0 : _weights[i] * ((double)_logits[i] - _max);
        }

        // Information of token i: ln Σ − (logit − max). Entropy: its mean. Both hold ln Σ, which cancels out.
        double mean = weighted / total;
        if (_closeness.Length < _count)
        {
            _closeness = GC.AllocateUninitializedArray<float>(_tokens.Length);
        }

        Span<float> closeness = _closeness.AsSpan(0, _count);
        for (int i = 0; i < _count; i++)
        {
            double distance = Math.Abs((double)_logits[i] - _max - mean);
            closeness[i] = (float)-Math.Min(distance, float.MaxValue);
        }

        KeepTop(closeness, _weights.AsSpan(0, _count), p * total * (1 + Rounding));
        _max = TensorPrimitives.Max<float>(_logits.AsSpan(0, _count));
    }

    private void ApplyTopP(float p, double total) =>
        KeepTop(_logits, _weights.AsSpan(0, _count), p * total * (1 - Rounding));

    private void ApplyMinP(float p)
    {
        float threshold = _max + MathF.Log(p);
        _count = KeepFrom(_logits, 0, _count, threshold, 0);
    }

    /// <summary>Keeps the fewest tokens, greatest keys first, that weigh the target together; at least one. Equal keys go by
    /// token id. Weights are lost.</summary>
    private void KeepTop(ReadOnlySpan<float> keys, ReadOnlySpan<float> weights, double target)
    {
        keys = keys[.._count];
        float cut = WeightedCut.Find(keys, weights, target, out double gathered);

        // The last one of those whose key is the cut itself.
        int last = IndexOf(keys, cut);
        gathered += weights.IsEmpty ? 1 : weights[last];
        while (gathered < target)
        {
            int next = IndexOf(keys[(last + 1)..], cut);
            if (next < 0)
            {
                break;
            }

            last += 1 + next;
            gathered += weights.IsEmpty ? 1 : weights[last];
        }

        int kept = KeepFrom(keys, 0, last + 1, cut, 0);
        _count = KeepFrom(keys, last + 1, _count, MathF.BitIncrement(cut), kept);
    }

    private static int IndexOf(ReadOnlySpan<float> keys, float key) =>
        // Integers are searched by vectors, floats are not; only zeros are equal without the same bits, keys are never NaN.
        key == 0
            ? keys.IndexOf(key)
            : MemoryMarshal.Cast<float, int>(keys).IndexOf(BitConverter.SingleToInt32Bits(key));

    /// <summary>Moves the tokens of a range whose keys reach a limit behind those that are kept already.</summary>
    /// <returns>How many are kept now.</returns>
    private int KeepFrom(ReadOnlySpan<float> keys, int start, int end, float limit, int kept)
    {
        // Reads run ahead of writes, so that the keys may be the logits, which are written to. A vector written is never
        // longer than the one read at or behind its place.
        int i = start;
        Span<float> logits = _logits;
        Span<int> tokens = _tokens;
        for (; i <= end - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            uint mask = Vector256
                .GreaterThanOrEqual(Vector256.Create(keys[i..]), Vector256.Create(limit))
                .ExtractMostSignificantBits();
            if (mask != 0)
            {
                VectorCompaction.Write(Vector256.Create<float>(logits[i..]), mask, logits[kept..]);
                VectorCompaction.Write(Vector256.Create<int>(tokens[i..]), mask, tokens[kept..]);
                kept += BitOperations.PopCount(mask);
            }
        }

        for (; i < end; i++)
        {
            if (keys[i] >= limit)
            {
                logits[kept] = logits[i];
                tokens[kept++] = tokens[i];
            }
        }

        return kept;
    }

    /// <summary>Sets the weights to exp((logit − max) ÷ temperature).</summary>
    /// <returns>Their sum.</returns>
    private double Weigh(float temperature)
    {
        double sum = 0;
        for (int start = 0; start < _count; start += DrawPiece)
        {
            int length = Math.Min(DrawPiece, _count - start);
            Span<float> weights = _weights.AsSpan(start, length);
            TensorPrimitives.Subtract(_logits.AsSpan(start, length), _max, weights);
            if (temperature != 1)
            {
                TensorPrimitives.Divide(weights, temperature, weights);
            }

            TensorPrimitives.Exp(weights, weights);
            sum += TensorPrimitives.Sum<float>(weights);
        }

        return sum;
    }

    private void Gather(ReadOnlySpan<float> logits, float threshold) =>
        _count = LogitSpan.Gather(logits, MathF.Max(threshold, float.MinValue), _logits, _tokens);

    private void Reserve(int count)
    {
        if (_tokens.Length < count)
        {
            _logits = GC.AllocateUninitializedArray<float>(count);
            _weights = GC.AllocateUninitializedArray<float>(count);
            _tokens = GC.AllocateUninitializedArray<int>(count);
        }
    }
}
