using System.Numerics.Tensors;

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
        int kept = 0;
        for (int i = 0; i < _count; i++)
        {
            if (_logits[i] >= threshold)
            {
                _logits[kept] = _logits[i];
                _tokens[kept++] = _tokens[i];
            }
        }

        _count = kept;
    }

    /// <summary>Keeps the fewest tokens, greatest keys first, that weigh the target together; at least one. Equal keys go by
    /// token id.</summary>
    private void KeepTop(ReadOnlySpan<float> keys, ReadOnlySpan<float> weights, double target)
    {
        keys = keys[.._count];
        float cut = WeightedCut.Find(keys, weights, target, out double gathered);
        int kept = 0;
        bool equal = false;
        for (int i = 0; i < keys.Length; i++)
        {
            if (keys[i] < cut)
            {
                continue;
            }

            float weight = weights.IsEmpty ? 1 : weights[i];
            if (keys[i] == cut)
            {
                if (equal && gathered >= target)
                {
                    continue;
                }

                equal = true;
                gathered += weight;
            }

            // Reads run ahead of writes, so that keys and weights may be the arrays written to.
            _logits[kept] = _logits[i];
            _weights[kept] = weight;
            _tokens[kept++] = _tokens[i];
        }

        _count = kept;
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
