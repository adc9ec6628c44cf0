namespace LocalSlm.Onnx.Runtime;

/// <summary>How a prompt is cut into runs.</summary>
internal static unsafe class PromptPiece
{
    /// <summary>Graphs that give the logits of every token write 200 KB to 1 MB for each; so much of it is kept at once.</summary>
    public const long LogitBytes = 64 << 20;

    /// <summary>The least tokens of a run that is not the last.</summary>
    public const int LeastTokens = 32;

    /// <summary>Gets the most tokens of a run.</summary>
    public static int GetTokens(DecoderGraph graph, DecoderLimits limits) =>
        graph.GivesLastLogitsOnly
            ? limits.BatchTokens
            : (int)
                Math.Clamp(
                    LogitBytes / ((long)graph.VocabularySize * graph.LogitBytes),
                    Math.Min(LeastTokens, limits.BatchTokens),
                    limits.BatchTokens
                );

    /// <summary>Gets the tokens of the next run of a row.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="row">The row.</param>
    /// <param name="done">How many of its tokens are computed.</param>
    /// <param name="most">The most tokens of a run.</param>
    public static int Next(DecoderGraph graph, in DecodeRow row, int done, int most)
    {
        var left = row.TokenCount - done;
        if (graph.GivesLastLogitsOnly && row.OutputCount > 1)
        {
            // Every token whose logits are wanted must be the last of a run.
            var before = row.TokenCount - row.OutputCount + 1 - done;
            left = before > 0 ? before : 1;
        }

        // The branch of such graphs that takes cached keys was traced with one token.
        return graph.CacheBranch is not null && row.StartPosition + done > 0 ? 1 : Math.Min(left, most);
    }

    /// <summary>Takes the logits that are wanted from those that a run gave.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="row">The row.</param>
    /// <param name="done">How many of its tokens were computed before the run.</param>
    /// <param name="count">The tokens of the run.</param>
    /// <param name="buffers">Where the run wrote to.</param>
    /// <param name="logits">Where the logits are kept.</param>
    public static void TakeLogits(
        DecoderGraph graph,
        in DecodeRow row,
        int done,
        int count,
        TokenBuffers buffers,
        LogitStore logits
    )
    {
        var firstWanted = row.TokenCount - row.OutputCount;
        if (graph.GivesLastLogitsOnly)
        {
            if (done + count > firstWanted)
            {
                logits.Copy(row.FirstOutput + done + count - 1 - firstWanted, buffers.GetLogits(0));
            }

            return;
        }

        for (var token = Math.Max(done, firstWanted); token < done + count; token++)
        {
            logits.Copy(row.FirstOutput + token - firstWanted, buffers.GetLogits(token - done));
        }
    }
}
