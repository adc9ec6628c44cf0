using LocalSlm.Placement;

namespace LocalSlm.Gguf.Runtime;

/// <summary>What the options of an embedding model resolved to.</summary>
/// <param name="MaxTokens">The most tokens of one text.</param>
/// <param name="BatchTokens">The most tokens of a batch of several texts.</param>
/// <param name="BatchTexts">The most texts of a batch.</param>
/// <param name="StepTokens">The most tokens of one native step: <c>n_batch</c> and <c>n_ubatch</c>.</param>
/// <param name="ContextTokens">The tokens of all texts in memory: <c>n_ctx</c>.</param>
/// <param name="NeedsWholeTexts">Whether a text must be computed in one step, because its tokens look at those behind them.</param>
internal sealed record EmbedderPlan(
    int MaxTokens,
    int BatchTokens,
    int BatchTexts,
    int StepTokens,
    int ContextTokens,
    bool NeedsWholeTexts
)
{
    /// <summary>Resolves the options.</summary>
    /// <param name="facts">The model.</param>
    /// <param name="options">The options.</param>
    /// <param name="availableBytes">Memory that there is now.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="ArgumentException">The model takes no texts of this length.</exception>
    /// <exception cref="InsufficientMemoryException">It does not fit.</exception>
    public static EmbedderPlan Make(ModelFacts facts, EmbeddingLoadOptions options, long availableBytes)
    {
        var trained = facts.Embedding!.MaxTokens;
        if (options.MaxTokens > trained)
        {
            throw new ArgumentException(
                $"MaxTokens is {options.MaxTokens}; the model takes {trained}. Lower it, or leave it out.",
                nameof(options)
            );
        }

        var load = options.Load;
        var maxTokens = options.MaxTokens ?? Math.Min(trained, EmbeddingWishes.DefaultMaxTokens);
        var needsWhole = !facts.CanGenerate;
        var step = needsWhole ? Math.Max(load.BatchTokens, maxTokens) : load.BatchTokens;
        var context = RoundUp(needsWhole ? step : Math.Max(maxTokens, load.BatchTokens) + load.BatchTokens);
        var required = EstimateBytes(facts, options, step, context);
        var limit = load.MemoryBudgetBytes ?? availableBytes;
        return required > limit
            ? throw new InsufficientMemoryException(
                required,
                limit,
                $"The weights take {facts.WeightBytes >> 20} MiB, steps of {step} tokens the rest. Lower MaxTokens or BatchTokens, "
                    + "raise MemoryBudgetBytes, or use a smaller model."
            )
            : new EmbedderPlan(maxTokens, load.BatchTokens, options.BatchTexts, step, context, needsWhole);
    }

    private static long EstimateBytes(ModelFacts facts, EmbeddingLoadOptions options, int step, int context)
    {
        var activations = (long)step * facts.EmbeddingLength * sizeof(float) * 16;

        // A decoder computes logits for every token of a context that gives hidden states (llm graphs of llama.cpp v0.4.0).
        var logits = facts.CanGenerate ? (long)step * facts.VocabularySize * sizeof(float) * 2 : 0;
        var scores = options.Load.FlashAttention == false ? (long)step * step * facts.HeadCount * sizeof(float) : 0;
        var cache = facts.CanGenerate ? context * facts.KvBytesPerToken : 0;
        return facts.WeightBytes + activations + logits + scores + cache;
    }

    private static int RoundUp(int tokens) =>
        (int)
            Math.Min(
                int.MaxValue - ContextPlan.Granularity,
                ((long)tokens + ContextPlan.Granularity - 1) / ContextPlan.Granularity * ContextPlan.Granularity
            );
}
