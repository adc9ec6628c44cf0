namespace LocalSlm.Gguf.Runtime;

/// <summary>Resolves how many tokens a context holds, within a memory budget. Pure: it reads no machine state.</summary>
internal static class MemoryPlanner
{
    /// <summary>llama.cpp v0.4.0 rounds every context up to a multiple of this (<c>GGML_PAD(n_ctx, 256)</c>).</summary>
    public const int ContextGranularity = 256;

    private const int FallbackContextTokens = 4096;

    // KV memory is taken when the model is loaded, used or not: models trained for 128k tokens and more would take gigabytes
    // that few conversations need. Who needs them says so.
    private const int DefaultContextTokens = 8192;
    private const int DefaultCacheTokens = 2 * DefaultContextTokens;

    /// <summary>Resolves the options.</summary>
    /// <param name="facts">The model.</param>
    /// <param name="options">The options.</param>
    /// <param name="availableBytes">Memory that there is now.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="InsufficientMemoryException">It does not fit.</exception>
    public static ContextPlan Plan(ModelFacts facts, ModelLoadOptions options, long availableBytes)
    {
        var budget = options.MemoryBudgetBytes ?? availableBytes / 4 * 3;
        var limit = options.MemoryBudgetBytes ?? availableBytes;
        var layout = options.KvCacheLayout == KvCacheLayout.Split ? KvCacheLayout.Split : KvCacheLayout.Unified;
        var sequences = options.MaxConcurrentReplies + options.CachedConversations;
        var kvBytesPerToken = GetKvBytesPerToken(facts, options.KvCacheType);
        var fixedBytes =
            facts.WeightBytes + GetComputeBytes(facts, options) + (sequences * facts.RecurrentBytesPerSequence);
        var affordable = kvBytesPerToken > 0 ? (budget - fixedBytes) / kvBytesPerToken : long.MaxValue;

        var shares = layout == KvCacheLayout.Split ? sequences : 1;
        var wanted = GetDefaultContextTokens(facts);
        if (layout == KvCacheLayout.Unified && options.CacheTokens is { } most)
        {
            // No conversation is longer than what all may hold together.
            wanted = Math.Min(wanted, most);
        }

        var context = RoundUp(
            options.ContextTokens
                ?? Math.Clamp(Math.Min(wanted, RoundDown(affordable / shares)), ContextGranularity, int.MaxValue)
        );
        long total;
        if (layout == KvCacheLayout.Split)
        {
            total = context * sequences;
        }
        else if (options.CacheTokens is { } cache)
        {
            total = RoundUp(Math.Max(cache, context));
        }
        else
        {
            total = Math.Max(context, RoundDown(Math.Min(GetDefaultCacheTokens(context, options), affordable)));
        }

        var required = fixedBytes + (total * kvBytesPerToken);
        if (required > limit)
        {
            throw new InsufficientMemoryException(
                required,
                limit,
                $"A context of {total} tokens takes {(total * kvBytesPerToken) >> 20} MiB, the weights {facts.WeightBytes >> 20} MiB, "
                    + $"steps of {options.BatchTokens} tokens {GetComputeBytes(facts, options) >> 20} MiB. Lower ContextTokens, CacheTokens, "
                    + "BatchTokens or MaxConcurrentReplies, choose a smaller KvCacheType, raise MemoryBudgetBytes, or use a smaller model."
            );
        }

        // Models without a KV cache take any context, but the library counts tokens in 32 bits.
        total = Math.Min(total, RoundDown(int.MaxValue));
        context = Math.Min(context, total);

        return new ContextPlan(
            layout,
            sequences,
            (int)context,
            (int)total,
            options.BatchTokens,
            GetEstimate(facts, options, total, sequences)
        );
    }

    /// <summary>Estimates memory without refusing anything.</summary>
    public static MemoryEstimate Estimate(ModelFacts facts, ModelLoadOptions options)
    {
        var sequences = options.MaxConcurrentReplies + options.CachedConversations;
        var context = RoundUp(options.ContextTokens ?? GetDefaultContextTokens(facts));
        var total =
            options.KvCacheLayout == KvCacheLayout.Split
                ? context * sequences
                : RoundUp(Math.Max(context, options.CacheTokens ?? GetDefaultCacheTokens(context, options)));
        return GetEstimate(facts, options, total, sequences);
    }

    private static int GetDefaultContextTokens(ModelFacts facts) =>
        facts.TrainedContextTokens > 0
            ? Math.Min(facts.TrainedContextTokens, DefaultContextTokens)
            : FallbackContextTokens;

    private static long GetDefaultCacheTokens(long context, ModelLoadOptions options) =>
        Math.Max(context, Math.Min(context * options.MaxConcurrentReplies, DefaultCacheTokens));

    private static MemoryEstimate GetEstimate(
        ModelFacts facts,
        ModelLoadOptions options,
        long totalTokens,
        int sequences
    ) =>
        new(
            facts.WeightBytes,
            (totalTokens * GetKvBytesPerToken(facts, options.KvCacheType))
                + (sequences * facts.RecurrentBytesPerSequence),
            GetComputeBytes(facts, options)
        );

    /// <summary>Scales the 16-bit figure: a block of 32 numbers is 34 bytes in Q8_0 and 18 bytes in Q4_0 (ggml-common.h).</summary>
    private static long GetKvBytesPerToken(ModelFacts facts, KvCacheType type) =>
        type switch
        {
            KvCacheType.Float32 => facts.KvBytesPerToken * 2,
            KvCacheType.Q8_0 => facts.KvBytesPerToken * 34 / 64,
            KvCacheType.Q4_0 => facts.KvBytesPerToken * 18 / 64,
            _ => facts.KvBytesPerToken,
        };

    /// <summary>Activations of one batch: a few rows of the hidden state, the widest several times as wide, and the logits of
    /// every sequence. The library reserves logits for the whole batch, but pages that nothing writes take no memory.</summary>
    private static long GetComputeBytes(ModelFacts facts, ModelLoadOptions options) =>
        ((long)options.BatchTokens * facts.EmbeddingLength * sizeof(float) * 16)
        + ((long)facts.VocabularySize * sizeof(float) * options.MaxConcurrentReplies * 2);

    private static long RoundDown(long tokens) => tokens / ContextGranularity * ContextGranularity;

    private static long RoundUp(long tokens) =>
        (tokens + ContextGranularity - 1) / ContextGranularity * ContextGranularity;
}
