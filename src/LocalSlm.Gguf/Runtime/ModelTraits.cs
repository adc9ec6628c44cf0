using LocalSlm.Gguf.Interop;

namespace LocalSlm.Gguf.Runtime;

/// <summary>What the loaded model says about its memory.</summary>
/// <param name="IsPurelyRecurrent">No layer has a KV cache.</param>
/// <param name="IsHybrid">Some layers keep a recurrent state, others a KV cache.</param>
/// <param name="SlidingWindowTokens">The sliding window; 0 for none.</param>
/// <param name="Fingerprint">Differs between models and KV formats whose saved sequences do not fit each other.</param>
internal sealed record ModelTraits(bool IsPurelyRecurrent, bool IsHybrid, int SlidingWindowTokens, ulong Fingerprint)
{
    /// <summary>Gets a value indicating whether a sequence has a state that cannot be cut back.</summary>
    public bool KeepsRecurrentState => IsPurelyRecurrent || IsHybrid;

    /// <summary>Asks a loaded model.</summary>
    public static ModelTraits Ask(ModelHandle model, ModelFacts facts, KvCacheType cacheType) =>
        new(
            model.IsRecurrent,
            // DeepSeek 4 compresses its cache at several ratios, and no cut of it can be proven sound (llama_model_n_swa in
            // llama-model.cpp, v0.4.0, says so); it is treated like a state.
            model.IsHybrid
                || facts.Architecture == "deepseek4",
            model.SlidingWindowTokens,
            Hash(facts, cacheType)
        );

    /// <summary>FNV-1a, 64 bits: the same in every process, unlike <see cref="HashCode"/>.</summary>
    private static ulong Hash(ModelFacts facts, KvCacheType cacheType)
    {
        var identity = FormattableString.Invariant(
            $"{facts.Architecture}|{facts.Name}|{facts.Quantization}|{facts.ParameterCount}|{facts.WeightBytes}|{facts.LayerCount}|{facts.VocabularySize}|{cacheType}"
        );
        var hash = 14695981039346656037UL;
        foreach (var character in identity)
        {
            hash = (hash ^ character) * 1099511628211UL;
        }

        return hash;
    }
}
