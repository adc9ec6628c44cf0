using System.Numerics;
using System.Numerics.Tensors;

namespace LocalSlm.Sampling;

/// <summary>Finds how far down a list one must go to gather a weight, without sorting it: by histograms of ever smaller
/// ranges, in linear time. Serves top-k (weights of one), top-p and typical-p.</summary>
internal static class WeightedCut
{
    private const int Bins = 512;
    private const int SortedBelow = 128;

    [ThreadStatic]
    private static float[]? t_keys;

    [ThreadStatic]
    private static float[]? t_weights;

    /// <summary>Finds the greatest key such that all items with this key or a greater one weigh at least
    /// <paramref name="target"/>; the least key there is when all together do not.</summary>
    /// <param name="keys">Finite keys, at least one.</param>
    /// <param name="weights">Weights, none negative; empty for weights of one.</param>
    /// <param name="target">The weight to gather.</param>
    /// <param name="above">What the items with greater keys weigh.</param>
    /// <returns>The key.</returns>
    public static float Find(ReadOnlySpan<float> keys, ReadOnlySpan<float> weights, double target, out double above)
    {
        Span<double> bins = stackalloc double[Bins];
        above = 0;
        bool counting = weights.IsEmpty;
        while (keys.Length > SortedBelow)
        {
            float low = TensorPrimitives.Min(keys);
            float high = TensorPrimitives.Max(keys);
            if (low == high)
            {
                return high;
            }

            // Subtraction, multiplication and truncation all keep the order, so that no bin holds a key greater than one
            // of an earlier bin; the highest key lies in the first bin and the lowest in the last, so each round shrinks.
            double scale = (Bins - 1) / ((double)high - low);
            bins.Clear();
            for (int i = 0; i < keys.Length; i++)
            {
                bins[BinOf(keys[i], high, scale)] += counting ? 1 : weights[i];
            }

            int bin = 0;
            while (bin < Bins && above + bins[bin] < target)
            {
                above += bins[bin++];
            }

            if (bin == Bins)
            {
                above -= bins[Bins - 1];
                return LowestAbove(keys, low, high, scale, weights, ref above);
            }

            Reserve(keys.Length);
            int kept = 0;
            for (int i = 0; i < keys.Length; i++)
            {
                if (BinOf(keys[i], high, scale) == bin)
                {
                    if (!counting)
                    {
                        t_weights![kept] = weights[i];
                    }

                    t_keys![kept++] = keys[i];
                }
            }

            keys = t_keys.AsSpan(0, kept);
            weights = counting ? default : t_weights.AsSpan(0, kept);
        }

        return FindSorted(keys, weights, target, ref above);
    }

    private static int BinOf(float key, float high, double scale) => (int)(((double)high - key) * scale);

    /// <summary>All items together weigh too little: the cut is the lowest key.</summary>
    private static float LowestAbove(
        ReadOnlySpan<float> keys,
        float low,
        float high,
        double scale,
        ReadOnlySpan<float> weights,
        ref double above
    )
    {
        for (int i = 0; i < keys.Length; i++)
        {
            if (keys[i] > low && BinOf(keys[i], high, scale) == Bins - 1)
            {
                above += weights.IsEmpty ? 1 : weights[i];
            }
        }

        return low;
    }

    private static float FindSorted(
        ReadOnlySpan<float> keys,
        ReadOnlySpan<float> weights,
        double target,
        ref double above
    )
    {
        Span<float> sortedKeys = stackalloc float[SortedBelow];
        Span<float> sortedWeights = stackalloc float[SortedBelow];
        sortedKeys = sortedKeys[..keys.Length];
        sortedWeights = sortedWeights[..keys.Length];
        keys.CopyTo(sortedKeys);
        if (weights.IsEmpty)
        {
            sortedWeights.Fill(1);
        }
        else
        {
            weights.CopyTo(sortedWeights);
        }

        sortedKeys.Sort(sortedWeights);
        int i = keys.Length - 1;
        while (true)
        {
            float key = sortedKeys[i];
            double weight = 0;
            for (; i >= 0 && sortedKeys[i] == key; i--)
            {
                weight += sortedWeights[i];
            }

            if (i < 0 || above + weight >= target)
            {
                return key;
            }

            above += weight;
        }
    }

    private static void Reserve(int count)
    {
        if (t_keys is null || t_keys.Length < count)
        {
            int size = (int)BitOperations.RoundUpToPowerOf2((uint)count);
            t_keys = GC.AllocateUninitializedArray<float>(size);
            t_weights = GC.AllocateUninitializedArray<float>(size);
        }
    }
}
