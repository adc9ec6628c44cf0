namespace LocalSlm.Gguf.Runtime;

/// <summary>The buffers for intermediate results of one full step. The library reserves them for its worst graph
/// (<c>llama_context::sched_reserve</c> and <c>graph_reserve</c>, llama.cpp v0.4.0): as many tokens as a step may have, logits for each of
/// them, attention over the whole memory. Its scheduler and allocator are followed step by step on a graph of what decoders have in common;
/// <c>e2e placement</c> of the benchmarks shows the ratio.</summary>
internal static class ComputeBuffers
{
    private const long Single = sizeof(float);

    /// <summary>Estimates the buffers.</summary>
    /// <returns>Bytes for each device of the layout, main memory last.</returns>
    public static long[] Of(ModelFacts facts, ModelLoadOptions options, ContextPlan plan, LayerLayout layout)
    {
        // A step has as many tokens for each sequence: it is rounded up to a multiple of them.
        long sequences = plan.SequenceCount;
        long tokens = Math.Min(plan.BatchTokens, plan.TotalTokens);
        tokens = (tokens + sequences - 1) / sequences * sequences;
        var buffers = new long[layout.DeviceNames.Count + 1];
        var host = layout.DeviceNames.Count;

        // The rows that leave the library, one for each sequence.
        var outputs = facts.CanGenerate ? sequences * facts.VocabularySize * Single : 0;
        if (facts.KvBytesPerToken == 0)
        {
            OfUncached(facts, options, layout, tokens, buffers);
        }
        else
        {
            OfStep(facts, options, plan, layout, tokens).CopyTo(buffers, 0);
        }

        buffers[host] += outputs;
        return buffers;
    }

    /// <summary>Models with keys and values. What was worked out before is remembered.</summary>
    private static long[] OfStep(
        ModelFacts facts,
        ModelLoadOptions options,
        ContextPlan plan,
        LayerLayout layout,
        long tokens
    )
    {
        var shape = new StepShape(facts, options, plan, layout);
        var tally = new LayerTally(shape.Weights.Kinds, layout);
        var host = layout.DeviceNames.Count;
        Span<bool> isSorted = stackalloc bool[host];
        ulong sorted = 0;
        for (var i = 0; i < host; i++)
        {
            isSorted[i] = layout.DeviceNames[i].StartsWith("Vulkan", StringComparison.Ordinal);
            sorted = (sorted << 1) | (isSorted[i] ? 1UL : 0);
        }

        StepWeights.Question? question = tally.Signature() is { } signature
            ? new StepWeights.Question(
                plan,
                options.KvCacheType,
                shape.HasFlash,
                shape.AreExpertsOnCpu,
                signature,
                tally.Places,
                sorted,
                layout.DeviceOf(facts.LayerCount)
            )
            : null;
        if (question is { } asked && shape.Weights.TryGetAnswer(asked, out var known))
        {
            return known;
        }

        var buffers = new long[host + 1];
        TransformerStep.Draw(shape, tally, tokens).Measure(isSorted, buffers);

        // A short step leaves layers of the CPU there: what they need is the CPU's then.
        var isMixed = host > 0 && (!layout.IsWhole || shape.AreExpertsOnCpu);
        if (isMixed && plan.SequenceCount < StepShape.OffloadedTokens && shape.MayShortStepTakeMore(tokens))
        {
            TransformerStep.Draw(shape, tally, plan.SequenceCount).Measure(isSorted, buffers);
        }

        // With several devices that hold everything, the library prepares the inputs of four steps at once (GGML_SCHED_MAX_COPIES).
        if (layout is { IsWhole: true, DeviceNames.Count: > 1 } && options.ExpertsOnCpu != true)
        {
            var inputs = (2 * tokens * facts.EmbeddingLength * Single) + shape.MaskBytes(tokens);
            inputs += shape.Weights.HasSliding ? shape.SlidingMaskBytes(tokens) : 0;
            for (var i = 0; i <= host; i++)
            {
                buffers[i] += 3 * inputs;
            }
        }

        if (question is { } answered)
        {
            shape.Weights.Keep(answered, buffers);
        }

        return buffers;
    }

    /// <summary>Models without keys and values: encoders, and those that are recurrent throughout. What lives while a layer is computed is
    /// gate, up and their product in the feed-forward part, two rows of the hidden state beside them, and the mask; without flash attention
    /// rather the scores of every head.</summary>
    private static void OfUncached(
        ModelFacts facts,
        ModelLoadOptions options,
        LayerLayout layout,
        long tokens,
        long[] buffers
    )
    {
        var hasFlash = options.FlashAttention != false;
        var row = tokens * facts.EmbeddingLength * Single;
        var masks = facts.CanGenerate ? 0 : (hasFlash ? 2 : 4) * tokens * tokens;
        var logits = facts.CanGenerate ? tokens * facts.VocabularySize * Single : 0;
        var inner = facts.FeedForwardLength > 0 ? facts.FeedForwardLength : 4L * facts.EmbeddingLength;
        var layer = (3 * tokens * inner * Single) + (2 * row) + (facts.ExpertsPerToken * row) + masks;
        layer = hasFlash ? layer : Math.Max(layer, (tokens * tokens * facts.HeadCount * Single) + (3 * row) + masks);
        var host = layout.DeviceNames.Count;
        if (layout.GpuLayers == 0)
        {
            buffers[host] = Math.Max(layer + (2 * row), logits + (2 * row));
            return;
        }

        // Layers that stay on the CPU are computed on the first device where a step is long: two of their large matrices, about half a
        // layer, are copied there at a time, with the rows they are multiplied with.
        var copied = layout.IsWhole ? 0 : (LargestLayer(facts) / 2) + (row / 2);
        var last = layout.DeviceOf(facts.LayerCount);
        for (var i = 0; i < host; i++)
        {
            buffers[i] = Math.Max(layer + (i == 0 ? copied : 0), i == last ? logits + row : 0);
        }

        buffers[host] = (2 * row) + masks;
    }

    private static long LargestLayer(ModelFacts facts)
    {
        long most = 0;
        foreach (var layer in facts.Layers)
        {
            most = Math.Max(most, layer.WeightBytes);
        }

        return most;
    }
}
