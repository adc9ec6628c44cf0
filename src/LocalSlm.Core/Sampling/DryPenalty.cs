using System.Runtime.InteropServices;

namespace LocalSlm.Sampling;

/// <summary>DRY ("don't repeat yourself"): a token that would continue a run which already occurred in the window loses
/// multiplier × base^(run − allowed length), where run is the length of the run so far.</summary>
/// <remarks>There are no sequence breakers. Thread-bound scratch memory; see <see cref="CandidateSet"/>.</remarks>
internal static class DryPenalty
{
    // Keeps the logit finite: a token that is punished without measure must still be there when nothing else is.
    private const double Largest = 1e30;

    [ThreadStatic]
    private static int[]? t_history;

    [ThreadStatic]
    private static int[]? t_runs;

    [ThreadStatic]
    private static Dictionary<int, int>? t_longest;

    public static bool IsActive(SamplingSettings settings) =>
        settings.PenaltyWindowTokens > 0 && settings.DryMultiplier > 0;

    public static void Apply(Span<float> logits, TokenWindow window, SamplingSettings settings)
    {
        int count = window.Count;
        if (count <= settings.DryAllowedLength)
        {
            return;
        }

        if (t_history is null || t_history.Length < count)
        {
            int size = Math.Max(256, (int)Math.Min(2L * count, Array.MaxLength));
            t_history = new int[size];
            t_runs = new int[size];
        }

        Span<int> history = t_history.AsSpan(0, count);
        Span<int> runs = t_runs.AsSpan(0, count);
        window.CopyNewestFirst(history);
        MeasureRuns(history, runs);

        Dictionary<int, int> longest = t_longest ??= [];
        longest.Clear();
        for (int back = 1; back < count; back++)
        {
            if (runs[back] >= settings.DryAllowedLength)
            {
                // The token that followed that earlier run would continue it now.
                ref int best = ref CollectionsMarshal.GetValueRefOrAddDefault(longest, history[back - 1], out _);
                best = Math.Max(best, runs[back]);
            }
        }

        foreach ((int token, int run) in longest)
        {
            double penalty = settings.DryMultiplier * Math.Pow(settings.DryBase, run - settings.DryAllowedLength);
            logits[token] -= (float)Math.Min(penalty, Largest);
        }
    }

    /// <summary>For every distance back from the newest token: how many tokens, read backwards from there, equal those read
    /// backwards from the newest one. The Z-function of the reversed history, in linear time.</summary>
    private static void MeasureRuns(ReadOnlySpan<int> history, Span<int> runs)
    {
        runs[0] = 0;
        int left = 0;
        int right = 0;
        for (int i = 1; i < history.Length; i++)
        {
            int run = i < right ? Math.Min(right - i, runs[i - left]) : 0;
            while (i + run < history.Length && history[run] == history[i + run])
            {
                run++;
            }

            runs[i] = run;
            if (i + run > right)
            {
                left = i;
                right = i + run;
            }
        }
    }
}
