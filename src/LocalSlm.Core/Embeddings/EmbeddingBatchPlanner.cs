namespace LocalSlm.Embeddings;

/// <summary>Decides which texts are computed together. Pure.</summary>
/// <remarks>Each request leads a batch in its turn, so that one with a single text waits for no more than one batch of each of those
/// before it, however many texts they have. The batch takes the leader's longest texts, at most half of it while others wait, then
/// texts of other requests that fit, then more of the leader's.</remarks>
internal sealed class EmbeddingBatchPlanner(int batchTexts, int batchTokens, bool pads)
{
    // Where texts are padded to the longest, one that is much shorter costs as much as a long one.
    private const double MostPadding = 1.5;
    private const int PaddingAnyway = 16;

    /// <summary>Fills a batch.</summary>
    /// <param name="jobs">The requests that have texts waiting, the one whose turn it is first.</param>
    /// <param name="batch">An empty batch; it gets at least one text.</param>
    public void Fill(IReadOnlyList<EmbeddingJob> jobs, EmbeddingBatch batch)
    {
        var leader = jobs[0];
        batch.Add(leader);
        var share = jobs.Count > 1 ? Math.Max(1, batchTexts / 2) : batchTexts;
        var tokenShare = jobs.Count > 1 ? batchTokens / 2 : batchTokens;
        Take(leader, share, tokenShare, batch);
        for (var i = 1; i < jobs.Count && batch.Rows.Count < batchTexts; i++)
        {
            if (jobs[i].Pooling == leader.Pooling)
            {
                Take(jobs[i], batchTexts, batchTokens, batch);
            }
        }

        Take(leader, batchTexts, batchTokens, batch);
    }

    private void Take(EmbeddingJob job, int mostTexts, int mostTokens, EmbeddingBatch batch)
    {
        while (job.HasWaiting && batch.Rows.Count < mostTexts && Fits(job.NextLength, mostTokens, batch))
        {
            batch.Add(job);
        }
    }

    private bool Fits(int length, int mostTokens, EmbeddingBatch batch)
    {
        if (!pads)
        {
            return batch.TokenCount + length <= mostTokens;
        }

        var longest = Math.Max(batch.Longest, length);
        var shortest = Math.Min(batch.Shortest, length);
        return (long)longest * (batch.Rows.Count + 1) <= mostTokens
            && longest <= Math.Max(shortest * MostPadding, shortest + PaddingAnyway);
    }
}
