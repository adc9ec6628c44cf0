namespace LocalSlm.Gguf.Runtime;

/// <summary>What the cache of a layer takes in a context (<c>llama_kv_cache</c>, <c>llama_kv_cache_iswa</c>,
/// <c>llama_memory_recurrent</c> of llama.cpp v0.4.0).</summary>
internal readonly struct KvCacheSize
{
    private readonly KvCacheType _type;
    private readonly long _tokens;
    private readonly long _slidingTokens;
    private readonly int _sequences;

    public KvCacheSize(ModelFacts facts, ModelLoadOptions options, ContextPlan plan)
    {
        var isUnified = plan.Layout == KvCacheLayout.Unified;
        long streams = isUnified ? 1 : plan.SequenceCount;
        var perStream = plan.TotalTokens / streams;
        var step = Math.Min(plan.BatchTokens, plan.TotalTokens);

        // A window for every sequence and one step, never more than the whole.
        var window = ((long)facts.SlidingWindowTokens * (isUnified ? plan.SequenceCount : 1)) + step;
        _type = options.KvCacheType;
        _tokens = plan.TotalTokens;
        SlidingTokensPerStream = ContextPlan.RoundUp(Math.Min(perStream, window));
        _slidingTokens = SlidingTokensPerStream * streams;
        _sequences = plan.SequenceCount;
    }

    /// <summary>Gets the cells of a sliding layer for one stream of tokens.</summary>
    public long SlidingTokensPerStream { get; }

    /// <summary>The bytes of a layer.</summary>
    public long Of(LayerFacts layer) =>
        ((layer.IsSliding ? _slidingTokens : _tokens) * Scale(layer.KvBytesPerToken))
        + (_sequences * layer.RecurrentBytes);

    /// <summary>Scales the 16-bit figure: a block of 32 numbers is 34 bytes in Q8_0 and 18 bytes in Q4_0 (ggml-common.h).</summary>
    private long Scale(long bytes) =>
        _type switch
        {
            KvCacheType.Float32 => bytes * 2,
            KvCacheType.Q8_0 => bytes * 34 / 64,
            KvCacheType.Q4_0 => bytes * 18 / 64,
            _ => bytes,
        };
}
