using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

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

    [ThreadStatic]
    private static int[]? t_bins;

    /// <summary>Finds the greatest key such that all items with this key or a greater one weigh at least
    /// <paramref name="target"/>; the least key there is when all together do not.</summary>
    /// <param name="keys">Finite keys, at least one.</param>
    /// <param name="weights">Weights, none negative; empty for weights of one.</param>
    /// <param name="target">The weight to gather.</param>
    /// <param name="above">What the items with greater keys weigh.</param>
    /// <returns>The key.</returns>
    public static float Find(ReadOnlySpan<float> keys, ReadOnlySpan<float> weights, double target, out double above)
    {
        Span<double> masses = stackalloc double[Bins];
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

            float scale = (Bins - 1) / (high - low);
            Reserve(keys.Length);
            if (!float.IsNormal(scale))
            {
                // Keys that lie further apart, or closer together, than a histogram in single precision can tell.
                keys.CopyTo(t_keys);
                Span<float> copied = t_weights.AsSpan(0, keys.Length);
                CopyWeights(weights, copied);
                return FindSorted(t_keys.AsSpan(0, keys.Length), copied, target, ref above);
            }

            // Subtraction, multiplication and truncation all keep the order, so that no bin holds a key greater than one
            // of an earlier bin; the highest key lies in the first bin and the lowest in one of the last two, so each round shrinks.
            Span<int> bins = t_bins.AsSpan(0, keys.Length);
            NumberBins(keys, high, scale, bins);
            masses.Clear();
            if (counting)
            {
                foreach (int b in bins)
                {
                    masses[b]++;
                }
            }
            else
            {
                for (int i = 0; i < bins.Length; i++)
                {
                    masses[bins[i]] += weights[i];
                }
            }

            // The lowest key's bin is taken as it is: the target may lie beyond everything, if only by rounding.
            int lastBin = (int)((high - low) * scale);
            int bin = 0;
            while (bin < lastBin && above + masses[bin] < target)
            {
                above += masses[bin++];
            }

            int kept = KeepBin(keys, weights, bins, bin);
            keys = t_keys.AsSpan(0, kept);
            weights = counting ? default : t_weights.AsSpan(0, kept);
        }

        Span<float> sortedKeys = stackalloc float[SortedBelow];
        Span<float> sortedWeights = stackalloc float[SortedBelow];
        keys.CopyTo(sortedKeys);
        CopyWeights(weights, sortedWeights[..keys.Length]);
        return FindSorted(sortedKeys[..keys.Length], sortedWeights[..keys.Length], target, ref above);
    }

    private static void NumberBins(ReadOnlySpan<float> keys, float high, float scale, Span<int> bins)
    {
        int i = 0;
        for (; i <= keys.Length - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            Vector256<float> distance = (Vector256.Create(high) - Vector256.Create(keys[i..])) * scale;

            // In range by construction, so that the conversion which does not saturate gives the same everywhere.
            Vector256.ConvertToInt32Native(distance).CopyTo(bins[i..]);
        }

        for (; i < keys.Length; i++)
        {
            bins[i] = (int)((high - keys[i]) * scale);
        }
    }

    /// <summary>Moves the items of one bin to the front of the scratch memory, which may be where they come from.</summary>
    private static int KeepBin(ReadOnlySpan<float> keys, ReadOnlySpan<float> weights, ReadOnlySpan<int> bins, int bin)
    {
        float[] keptKeys = t_keys!;
        float[] keptWeights = t_weights!;
        int kept = 0;
        for (int i = 0; i < bins.Length; )
        {
            int skipped = bins[i..].IndexOf(bin);
            if (skipped < 0)
            {
                break;
            }

            i += skipped;
            if (!weights.IsEmpty)
            {
                keptWeights[kept] = weights[i];
            }

            keptKeys[kept++] = keys[i++];
        }

        return kept;
    }

    private static float FindSorted(Span<float> keys, Span<float> weights, double target, ref double above)
    {
        keys.Sort(weights);
        int i = keys.Length - 1;
        while (true)
        {
            float key = keys[i];
            double weight = 0;
            for (; i >= 0 && keys[i] == key; i--)
            {
                weight += weights[i];
            }

            if (i < 0 || above + weight >= target)
            {
                return key;
            }

            above += weight;
        }
    }

    private static void CopyWeights(ReadOnlySpan<float> weights, Span<float> destination)
    {
        if (weights.IsEmpty)
        {
            destination.Fill(1);
        }
        else
        {
            weights.CopyTo(destination);
        }
    }

    private static void Reserve(int count)
    {
        if (t_keys is null || t_keys.Length < count)
        {
            int size = (int)BitOperations.RoundUpToPowerOf2((uint)count);
            t_keys = GC.AllocateUninitializedArray<float>(size);
            t_weights = GC.AllocateUninitializedArray<float>(size);
            t_bins = GC.AllocateUninitializedArray<int>(size);
        }
    }
}
