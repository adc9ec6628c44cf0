using LocalSlm.Gguf.Interop;
using LocalSlm.Placement;

namespace LocalSlm.Gguf.Runtime;

/// <summary>What the options of a load resolved to.</summary>
/// <param name="Layout">Unified or split, never automatic.</param>
/// <param name="SequenceCount">Sequences in the context.</param>
/// <param name="SequenceTokens">The most tokens of one sequence.</param>
/// <param name="TotalTokens">The most tokens of all sequences: <c>n_ctx</c>.</param>
/// <param name="BatchTokens">The most tokens of one native step.</param>
internal sealed record ContextPlan(
    KvCacheLayout Layout,
    int SequenceCount,
    int SequenceTokens,
    int TotalTokens,
    int BatchTokens
)
{
    /// <summary>llama.cpp v0.4.0 rounds every context up to a multiple of this (<c>GGML_PAD(n_ctx, 256)</c>).</summary>
    public const int Granularity = ContextWishes.Step;

    /// <summary>Resolves options; whatever is automatic in them gets its default, whether it fits or not.</summary>
    public static ContextPlan Of(ModelFacts facts, ModelLoadOptions options)
    {
        var wishes = ContextWishes.Of(facts, options);

        // Models without a KV cache take any context, but the library counts tokens in 32 bits.
        var context = Math.Min(RoundUp(wishes.Context), RoundDown(int.MaxValue));
        var total = wishes.IsSplit
            ? RoundDown(Math.Min((long)context * wishes.Sequences, int.MaxValue))
            : Math.Min(RoundUp(Math.Max(context, wishes.CacheFor((int)context))), RoundDown(int.MaxValue));
        return new ContextPlan(
            wishes.IsSplit ? KvCacheLayout.Split : KvCacheLayout.Unified,
            wishes.Sequences,
            (int)Math.Min(context, total),
            (int)total,
            options.BatchTokens
        );
    }

    /// <summary>Says it to the library; threads and flash attention are left out.</summary>
    public LlamaContextParams ToNative(KvCacheType type)
    {
        var parameters = LlamaNative.llama_context_default_params();
        parameters.n_ctx = (uint)TotalTokens;
        parameters.n_batch = (uint)BatchTokens;
        parameters.n_ubatch = (uint)BatchTokens;
        parameters.n_seq_max = (uint)SequenceCount;
        parameters.kv_unified = Layout == KvCacheLayout.Unified ? (byte)1 : (byte)0;
        parameters.swa_full = 0;
        parameters.type_k = parameters.type_v = GgmlTypeOf(type);
        return parameters;
    }

    public static long RoundDown(long tokens) => tokens / Granularity * Granularity;

    public static long RoundUp(long tokens) => (tokens + Granularity - 1) / Granularity * Granularity;

    /// <summary><c>enum ggml_type</c> of ggml.h, v0.4.0.</summary>
    private static int GgmlTypeOf(KvCacheType type) =>
        type switch
        {
            KvCacheType.Float32 => 0,
            KvCacheType.Q4_0 => 2,
            KvCacheType.Q8_0 => 8,
            _ => 1,
        };
}
