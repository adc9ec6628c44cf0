using LocalSlm.Sampling;

namespace LocalSlm.Tests.Sampling;

/// <summary>The filters written the plain way: sort everything, add up in double precision.</summary>
internal static class SamplingOracle
{
    private const double Margin = 2e-5;

    /// <summary>Gives the tokens that are left, or null where the result hangs on rounding.</summary>
    public static int[]? Select(float[] logits, SamplingSettings settings)
    {
        var left = Enumerable
            .Range(0, logits.Length)
            .Where(t => logits[t] > float.NegativeInfinity)
            .OrderByDescending(t => logits[t])
            .ThenBy(t => t)
            .ToList();

        if (settings.TopK > 0)
        {
            left = left.Take(settings.TopK).ToList();
        }

        if (settings.TypicalP < 1)
        {
            double[] p = Probabilities(logits, left);
            double entropy = p.Where(x => x > 0).Sum(x => -x * Math.Log(x));
            double total = left.Sum(t => Math.Exp((double)logits[t] - logits[left[0]]));
            double Score(int t) => Math.Abs(logits[left[0]] - (double)logits[t] + Math.Log(total) - entropy);
            var byScore = Enumerable.Range(0, left.Count).OrderBy(i => Score(left[i])).ThenBy(i => left[i]).ToList();
            int kept = CountFor(settings.TypicalP, byScore.Select(i => p[i]));
            if (kept < 0)
            {
                return null;
            }

            // Scores that differ by rounding only may come in any order; those of equal logits go by token id.
            int cut = left[byScore[kept - 1]];
            if (left.Any(t => logits[t] != logits[cut] && Math.Abs(Score(t) - Score(cut)) < Margin))
            {
                return null;
            }

            left = byScore.Take(kept).Select(i => left[i]).OrderByDescending(t => logits[t]).ThenBy(t => t).ToList();
        }

        if (settings.TopP < 1)
        {
            int kept = CountFor(settings.TopP, Probabilities(logits, left));
            if (kept < 0)
            {
                return null;
            }

            left = left.Take(kept).ToList();
        }

        if (settings.MinP > 0)
        {
            double[] ratios = left.Select(t => Math.Exp((double)logits[t] - logits[left[0]]) / settings.MinP).ToArray();
            if (ratios.Any(r => Math.Abs(r - 1) < Margin))
            {
                return null;
            }

            left = left.Where((_, i) => ratios[i] >= 1).ToList();
        }

        return [.. left.Order()];
    }

    private static double[] Probabilities(float[] logits, List<int> tokens)
    {
        double[] e = tokens.Select(t => Math.Exp((double)logits[t] - logits[tokens[0]])).ToArray();
        double sum = e.Sum();
        return e.Select(x => x / sum).ToArray();
    }

    private static int CountFor(double p, IEnumerable<double> probabilities)
    {
        double sum = 0;
        int count = 0;
        foreach (double x in probabilities)
        {
            sum += x;
            count++;
            if (Math.Abs(sum - p) < Margin)
            {
                return -1;
            }

            if (sum > p)
            {
                return count;
            }
        }

        return count;
    }
}
