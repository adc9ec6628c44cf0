namespace LocalSlm.Gguf.Runtime;

/// <summary>The buffers for intermediate results of one full step. The library reserves them for its worst graph
/// (<c>llama_context::sched_reserve</c> and <c>graph_reserve</c>, llama.cpp v0.4.0): as many tokens as a step may have, logits for each of
/// them, attention over the whole memory. Which results live at the same time was read from the library's own reports over contexts,
/// steps, cache types and devices; <c>e2e placement</c> of the benchmarks shows the ratio.</summary>
internal static class ComputeBuffers
{
    private const long Single = sizeof(float);

    /// <summary>Estimates the buffers.</summary>
    /// <returns>Bytes for each device of the layout, main memory last.</returns>
    public static long[] Of(ModelFacts facts, ModelLoadOptions options, ContextPlan plan, LayerLayout layout)
    {
        // A step has as many tokens for each sequence: it is rounded up to a multiple of them.
        var sequences = plan.SequenceCount;
        long tokens = Math.Min(plan.BatchTokens, plan.TotalTokens);
        tokens = (tokens + sequences - 1) / sequences * sequences;
        var hasFlash = options.FlashAttention != false;
        var row = tokens * facts.EmbeddingLength * Single;
        var masks = MaskBytes(facts, options, plan, tokens, hasFlash);
        var logits = facts.CanGenerate ? tokens * facts.VocabularySize * Single : 0;

        // The rows that leave the library, one for each sequence.
        var outputs = facts.CanGenerate ? (long)sequences * facts.VocabularySize * Single : 0;
        var layer = LayerBytes(facts, options, plan, tokens, row, masks, hasFlash);
        var buffers = new long[layout.DeviceNames.Count + 1];
        var host = layout.DeviceNames.Count;
        if (layout.GpuLayers == 0)
        {
            buffers[host] = Math.Max(layer + (2 * row), logits + (2 * row)) + outputs;
            return buffers;
        }

        // Layers that stay on the CPU are computed on the first device where a step is long: two of their large matrices, about half a
        // layer, are copied there at a time, with the rows they are multiplied with.
        var copied = layout.IsWhole ? 0 : (LargestLayer(facts, all: true) / 2) + (row / 2);
        copied = Math.Max(copied, options.ExpertsOnCpu == true ? LargestLayer(facts, all: false) : 0);
        var last = layout.DeviceOf(facts.LayerCount);

        // With several devices that hold everything, the library prepares the inputs of four steps at once (GGML_SCHED_MAX_COPIES).
        var inputs = (2 * row) + masks;
        var spare =
            layout is { IsWhole: true, DeviceNames.Count: > 1 } && options.ExpertsOnCpu != true ? 3 * inputs : 0;
        for (var i = 0; i < host; i++)
        {
            buffers[i] = Math.Max(layer + (i == 0 ? copied : 0), i == last ? logits + row : 0) + spare;
        }

        buffers[host] = inputs + outputs + spare + IndexBytes(facts, tokens, hasFlash);
        return buffers;
    }

    /// <summary>What lives while a layer is computed: gate, up and their product in the feed-forward part, two rows of the hidden state
    /// beside them, and the masks; without flash attention rather the scores of every head.</summary>
    private static long LayerBytes(
        ModelFacts facts,
        ModelLoadOptions options,
        ContextPlan plan,
        long tokens,
        long row,
        long masks,
        bool hasFlash
    )
    {
        var inner = facts.FeedForwardLength > 0 ? facts.FeedForwardLength : 4L * facts.EmbeddingLength;
        var experts = (long)facts.ExpertsPerToken * row;
        var forward = (3 * tokens * inner * Single) + (2 * row) + experts + masks;
        if (facts.KvBytesPerToken == 0)
        {
            return hasFlash
                ? forward
                : Math.Max(forward, (tokens * tokens * facts.HeadCount * Single) + (3 * row) + masks);
        }

        if (hasFlash)
        {
            // 32-bit keys and values are turned into 16-bit ones, layer by layer.
            return options.KvCacheType == KvCacheType.Float32
                ? Math.Max(forward, masks + (3 * row) + (plan.TotalTokens * facts.KvBytesPerToken / facts.LayerCount))
                : forward;
        }

        var cells = plan.Layout == KvCacheLayout.Unified ? plan.TotalTokens : plan.TotalTokens / plan.SequenceCount;
        var scores = tokens * cells * facts.HeadCount * Single;
        return Math.Max(forward, scores + masks + (2 * row) + IndexBytes(facts, tokens, hasFlash));
    }

    /// <summary>Which cell each token may look at: 16-bit numbers with flash attention, 32-bit ones without.</summary>
    private static long MaskBytes(
        ModelFacts facts,
        ModelLoadOptions options,
        ContextPlan plan,
        long tokens,
        bool hasFlash
    )
    {
        var width = hasFlash ? 2 : 4;
        if (facts.KvBytesPerToken == 0)
        {
            return facts.CanGenerate ? 0 : width * tokens * tokens;
        }

        var streams = plan.Layout == KvCacheLayout.Unified ? 1 : plan.SequenceCount;
        var bytes = width * tokens * (plan.TotalTokens / streams);
        foreach (var layer in facts.Layers)
        {
            if (layer.IsSliding)
            {
                return bytes + (width * tokens * new KvCacheSize(facts, options, plan).SlidingTokensPerStream);
            }
        }

        return bytes;
    }

    /// <summary>Without flash attention values are stored turned over, number by number: each has an index of 64 bits.</summary>
    private static long IndexBytes(ModelFacts facts, long tokens, bool hasFlash)
    {
        if (hasFlash || facts.LayerCount == 0)
        {
            return 0;
        }

        // Keys and values are as wide as each other in nearly every model: half of the 16-bit pair.
        var valuesOfALayer = facts.KvBytesPerToken / facts.LayerCount / 4;
        return tokens * valuesOfALayer * sizeof(long);
    }

    private static long LargestLayer(ModelFacts facts, bool all)
    {
        long most = 0;
        foreach (var layer in facts.Layers)
        {
            most = Math.Max(most, all ? layer.WeightBytes : layer.ExpertBytes);
        }

        return most;
    }
}
