namespace LocalSlm.Gguf.Runtime;

/// <summary>What the options of a load resolved to.</summary>
/// <param name="Layout">Unified or split, never automatic.</param>
/// <param name="SequenceCount">Sequences in the context.</param>
/// <param name="SequenceTokens">The most tokens of one sequence.</param>
/// <param name="TotalTokens">The most tokens of all sequences: <c>n_ctx</c>.</param>
/// <param name="BatchTokens">The most tokens of one native step.</param>
/// <param name="Estimate">The memory this takes.</param>
internal sealed record ContextPlan(
    KvCacheLayout Layout,
    int SequenceCount,
    int SequenceTokens,
    int TotalTokens,
    int BatchTokens,
    MemoryEstimate Estimate
);
