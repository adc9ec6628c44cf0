using LocalSlm.Onnx.Format;

namespace LocalSlm.Onnx.Runtime;

/// <summary>What decides the memory of a graph beside its facts.</summary>
/// <param name="KvBytesPerToken">The bytes of one token's keys and values over all layers, in the types that the graph has.</param>
/// <param name="Appends">Whether the processor appends to one buffer of keys and values; otherwise a run copies them.</param>
internal sealed record GraphCost(long KvBytesPerToken, bool Appends)
{
    /// <summary>Gets the weights that the processor keeps a second time, in the order in which it multiplies, in bytes.</summary>
    public long PackedBytes { get; init; }

    /// <summary>Gets a value indicating whether attention is one operator; otherwise each of its steps has a result of its own.</summary>
    public bool FusesAttention { get; init; }

    /// <summary>Reads it from checked files.</summary>
    public static GraphCost Of(OnnxModelFiles files) =>
        new(
            files.Caches.Sum(static cache =>
                (long)cache.Heads * (cache.KeyWidth + cache.ValueWidth) * ElementSize.Of(cache.ElementType)
            ),
            DecoderGraphReader.Appends(files)
        )
        {
            PackedBytes = files.PackedWeightBytes,
            FusesAttention = files.Operators.Any(static one => one.EndsWith("Attention", StringComparison.Ordinal)),
        };

    /// <summary>Guesses it where the files are not there any more.</summary>
    public static GraphCost Guess(ModelFacts facts) =>
        // Facts count 16 bits for each number, and graphs have 32 at most.
        new(facts.KvBytesPerToken * 2, Appends: false) { PackedBytes = facts.WeightBytes };
}
