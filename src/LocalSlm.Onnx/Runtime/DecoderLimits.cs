namespace LocalSlm.Onnx.Runtime;

/// <summary>What the options of a load resolved to for a decoder.</summary>
/// <param name="SequenceCount">The sequences: running ones and cached conversations.</param>
/// <param name="ConcurrentSequences">The most sequences that are computed side by side.</param>
/// <param name="SequenceTokens">The most tokens of one sequence.</param>
/// <param name="TotalTokens">The most tokens of all sequences.</param>
/// <param name="BatchTokens">The most tokens of one batch.</param>
/// <param name="KvBytes">The most memory for keys, values and states.</param>
internal sealed record DecoderLimits(
    int SequenceCount,
    int ConcurrentSequences,
    int SequenceTokens,
    int TotalTokens,
    int BatchTokens,
    long KvBytes
);
