namespace LocalSlm.Scheduling;

/// <summary>Decides how many tokens each reply computes in the next step. Pure: the same input gives the same plan.</summary>
/// <remarks>Replies that generate always go on, one token each. Prompts share what is left in equal parts, so that a short
/// prompt does not wait for a long one; while others generate they get a chunk only, so that a long prompt does not stall
/// running replies.</remarks>
internal static class BatchPlanner
{
    /// <summary>The fewest tokens that are worth a row of a prompt: below it, prompts take turns instead.</summary>
    internal const int LeastShareTokens = 16;

    /// <param name="candidates">The replies, oldest first.</param>
    /// <param name="limits">What the step may hold.</param>
    /// <param name="counts">Receives the tokens of each candidate.</param>
    public static void Plan(ReadOnlySpan<PlanCandidate> candidates, in PlanLimits limits, Span<int> counts)
    {
        counts.Clear();
        if (candidates.IsEmpty)
        {
            return;
        }

        var generating = 0;
        foreach (var candidate in candidates)
        {
            generating += candidate.Remaining == 1 ? 1 : 0;
        }

        var prefilling = candidates.Length - generating;
        if (!limits.Mixes && prefilling > 0 && generating > 0)
        {
            // Such a runtime computes either one prompt or many single tokens: the two kinds of step alternate.
            (generating, prefilling) = limits.Turn % 2 == 0 ? (generating, 0) : (0, prefilling);
        }

        var first = (int)(limits.Turn % candidates.Length);
        var budget = limits.BatchTokens;
        if (generating > 0)
        {
            for (var i = 0; i < candidates.Length && budget > 0; i++)
            {
                var at = (first + i) % candidates.Length;
                if (candidates[at].Remaining == 1)
                {
                    counts[at] = 1;
                    budget--;
                }
            }

            budget = Math.Min(budget, limits.PrefillChunkTokens);
        }

        if (prefilling > 0 && budget > 0)
        {
            PlanPrefill(candidates, limits.Mixes ? prefilling : 1, budget, first, counts);
        }
    }

    private static void PlanPrefill(
        ReadOnlySpan<PlanCandidate> candidates,
        int prefilling,
        int budget,
        int first,
        Span<int> counts
    )
    {
        var rows = Math.Min(prefilling, Math.Max(1, budget / LeastShareTokens));
        if (rows == prefilling)
        {
            first = 0;
        }

        // Equal parts; what a short prompt leaves goes to the next ones, and a second pass hands out the rest.
        for (var pass = 0; pass < 2 && budget > 0; pass++)
        {
            var left = rows;
            for (var i = 0; i < candidates.Length && left > 0 && budget > 0; i++)
            {
                var at = (first + i) % candidates.Length;
                if (candidates[at].Remaining == 1)
                {
                    continue;
                }

                var part = pass == 0 ? Math.Max(1, budget / left) : budget;
                var more = Math.Min(part, candidates[at].Remaining - counts[at]);
                counts[at] += more;
                budget -= more;
                left--;
            }
        }
    }
}
