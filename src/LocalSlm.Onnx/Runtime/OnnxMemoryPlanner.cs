using LocalSlm.Onnx.Format;
using LocalSlm.Placement;

namespace LocalSlm.Onnx.Runtime;

/// <summary>Resolves how many tokens a decoder holds, within a memory budget. Pure: it reads no machine state.</summary>
internal static class OnnxMemoryPlanner
{
    private const int LeastContextTokens = 256;

    /// <summary>Resolves the options.</summary>
    /// <param name="files">The model.</param>
    /// <param name="options">The options.</param>
    /// <param name="availableBytes">Memory that there is now.</param>
    /// <returns>The limits.</returns>
    /// <exception cref="InsufficientMemoryException">It does not fit.</exception>
    public static DecoderLimits Plan(OnnxModelFiles files, ModelLoadOptions options, long availableBytes)
    {
        var facts = files.Facts;
        var budget = options.MemoryBudgetBytes ?? availableBytes / 4 * 3;
        var limit = options.MemoryBudgetBytes ?? availableBytes;
        var sequences = options.MaxConcurrentReplies + options.CachedConversations;
        var kvBytesPerToken = GetKvBytesPerToken(files);
        var computeBytes = GetComputeBytes(facts, options);
        var stateBytes = sequences * facts.RecurrentBytesPerSequence;
        var fixedBytes = facts.WeightBytes + computeBytes + stateBytes;
        var affordable = kvBytesPerToken > 0 ? (budget - fixedBytes) / kvBytesPerToken : long.MaxValue;

        // Where keys and values are copied, the conversation that is computed is there twice.
        var copies = kvBytesPerToken > 0 && !DecoderGraphReader.Appends(files) ? 1 : 0;

        var wishes = ContextWishes.Of(facts, options) with { IsSplit = false };
        var context = wishes.Context;
        if (options.ContextTokens is null)
        {
            var most = affordable / (1 + copies);
            context = (int)Math.Min(context, Math.Max(most, Math.Min(context, LeastContextTokens)));
        }

        var total = options.CacheTokens is { } cache
            ? Math.Max(cache, context)
            : (int)Math.Max(context, Math.Min(wishes.CacheFor(context), affordable - (copies * context)));
        var kvBytes = (total + (copies * (long)context)) * kvBytesPerToken;
        var required = fixedBytes + kvBytes;
        if (required > limit)
        {
            throw new InsufficientMemoryException(
                required,
                limit,
                $"A context of {total} tokens takes {kvBytes >> 20} MiB, the weights {facts.WeightBytes >> 20} MiB, "
                    + $"steps of {options.BatchTokens} tokens {computeBytes >> 20} MiB. Lower ContextTokens, CacheTokens, BatchTokens or "
                    + "MaxConcurrentReplies, raise MemoryBudgetBytes, or use a smaller model."
            );
        }

        // Conversations side by side have room for the longest of them each, so their memory may pass what their tokens need.
        return new DecoderLimits(
            sequences,
            options.MaxConcurrentReplies,
            context,
            total,
            options.BatchTokens,
            Math.Max(budget - fixedBytes, kvBytes) + stateBytes
        );
    }

    /// <summary>Estimates memory without refusing anything.</summary>
    public static MemoryEstimate Estimate(ModelFacts facts, ModelLoadOptions options, long kvBytesPerToken)
    {
        var sequences = options.MaxConcurrentReplies + options.CachedConversations;
        var wishes = ContextWishes.Of(facts, options) with { IsSplit = false };
        long total = wishes.CacheFor(wishes.Context);
        return new MemoryEstimate(
            facts.WeightBytes,
            (total * kvBytesPerToken) + (sequences * facts.RecurrentBytesPerSequence),
            GetComputeBytes(facts, options)
        );
    }

    /// <summary>Gets the bytes of keys and values of one token in the types that the graph has.</summary>
    public static long GetKvBytesPerToken(OnnxModelFiles files) =>
        files.Caches.Sum(static cache =>
            (long)cache.Heads * (cache.KeyWidth + cache.ValueWidth) * ElementSize.Of(cache.ElementType)
        );

    /// <summary>Activations of one batch: a few rows of the hidden state, the widest several times as wide; and the logits, which many
    /// graphs give for every token of a run.</summary>
    private static long GetComputeBytes(ModelFacts facts, ModelLoadOptions options)
    {
        var logits = Math.Min(
            (long)options.BatchTokens * facts.VocabularySize * sizeof(float),
            Math.Max(PromptPiece.LogitBytes, PromptPiece.LeastTokens * facts.VocabularySize * (long)sizeof(float))
        );
        return ((long)options.BatchTokens * facts.EmbeddingLength * sizeof(float) * 16)
            + logits
            + ((long)facts.VocabularySize * sizeof(float) * options.MaxConcurrentReplies);
    }
}
