namespace LocalSlm.Gguf.Runtime;

/// <summary>The sizes that a step's graph is drawn with.</summary>
internal sealed class StepShape(ModelFacts facts, ModelLoadOptions options, ContextPlan plan, LayerLayout layout)
{
    /// <summary>From so many tokens on, what reads weights of main memory is computed on a device (<c>offload_op</c> of the backends,
    /// llama.cpp v0.4.0).</summary>
    public const int OffloadedTokens = 32;

    private const long Single = sizeof(float);
    private readonly KvCacheSize _cache = new(facts, options, plan);

    public ModelFacts Facts { get; } = facts;

    public LayerLayout Layout { get; } = layout;

    public StepWeights Weights { get; } = StepWeights.Of(facts);

    public bool HasFlash { get; } = options.FlashAttention != false;

    public bool AreExpertsOnCpu { get; } = options.ExpertsOnCpu == true;

    /// <summary>Gets a value indicating whether 32-bit keys and values are turned into 16-bit ones, layer by layer.</summary>
    public bool IsConverted => HasFlash && options.KvCacheType == KvCacheType.Float32;

    /// <summary>Gets a value indicating whether keys and values are rotated before they are quantized.</summary>
    public bool IsRotated =>
        options.KvCacheType is KvCacheType.Q8_0 or KvCacheType.Q4_0
        && Facts.HeadCount > 0
        && Weights.QueryLength / Facts.HeadCount % 64 == 0;

    private long MaskWidth => HasFlash ? 2 : 4;

    private long CellsPerStream =>
        plan.Layout == KvCacheLayout.Unified ? plan.TotalTokens : plan.TotalTokens / plan.SequenceCount;

    /// <summary>Whether a step of one token for each sequence may take more main memory than a full one whose layers are offloaded, which
    /// needs two rows of the hidden state for each of its tokens there. Keys and values that are converted, and scores, grow with the context
    /// rather than with the step.</summary>
    public bool MayShortStepTakeMore(long tokens)
    {
        var perToken =
            (3 * Weights.ForwardLength)
            + (4 * Weights.QueryLength)
            + ((4L + Facts.ExpertsPerToken) * Facts.EmbeddingLength)
            + Facts.ExpertCount;
        return !HasFlash || IsConverted || plan.SequenceCount * perToken > 2 * tokens * Facts.EmbeddingLength;
    }

    /// <summary>The weights of a matrix between the hidden state and something as wide as this.</summary>
    public long MatrixBytes(long length) => Weights.BytesOf(Facts.EmbeddingLength * length);

    /// <summary>The keys and values of a layer.</summary>
    public long CacheBytes(LayerFacts layer) => _cache.Of(layer with { RecurrentBytes = 0 });

    /// <summary>Which cell each token may look at: 16-bit numbers with flash attention, 32-bit ones without.</summary>
    public long MaskBytes(long tokens) => MaskWidth * tokens * CellsPerStream;

    /// <summary>The same for layers that look back a window only.</summary>
    public long SlidingMaskBytes(long tokens) => MaskWidth * tokens * _cache.SlidingTokensPerStream;

    /// <summary>Where values go. Without flash attention they are stored turned over, number by number: each has an index of 64
    /// bits.</summary>
    public long ValueIndexBytes(long tokens) => tokens * (HasFlash ? 1 : Weights.KeyLength) * sizeof(long);

    /// <summary>The scores of every head.</summary>
    public long ScoreBytes(LayerFacts layer, long tokens) =>
        tokens * (layer.IsSliding ? _cache.SlidingTokensPerStream : CellsPerStream) * Facts.HeadCount * Single;
}
