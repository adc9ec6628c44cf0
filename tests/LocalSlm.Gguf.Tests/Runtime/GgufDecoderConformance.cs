using LocalSlm.Testing;
using LocalSlm.Testing.TinyModels;

namespace LocalSlm.Tests.Runtime;

/// <summary>The conformance suite on the real native library, for every kind of memory that llama.cpp has.</summary>
[Collection("native")]
public abstract class GgufDecoderConformance : DecoderConformance
{
    private readonly string _model;
    private readonly KvCacheLayout _layout;

    protected GgufDecoderConformance(string model, KvCacheLayout layout)
    {
        _model = model;
        _layout = layout;
    }

    /// <summary>Other prompts give logits that differ by 3 and more; batch shapes and quantised activations move them by hundredths.</summary>
    protected override float Tolerance => 0.2f;

    protected override IRuntimeModel Open() =>
        LoadedModels
            .OpenAsync(
                TinyModelFiles.Get(TinyModelSet.All.Single(model => model.Name == _model)),
                LoadedModels.SmallOptions(_layout)
            )
            .GetAwaiter()
            .GetResult();
}

public sealed class UnifiedLlamaConformanceTests() : GgufDecoderConformance("llama-bpe", KvCacheLayout.Unified);

public sealed class SplitLlamaConformanceTests() : GgufDecoderConformance("llama-bpe", KvCacheLayout.Split);

public sealed class SentencePieceConformanceTests() : GgufDecoderConformance("llama-spm", KvCacheLayout.Unified);

public sealed class UnifiedMambaConformanceTests() : GgufDecoderConformance("mamba", KvCacheLayout.Unified);

public sealed class SplitMambaConformanceTests() : GgufDecoderConformance("mamba", KvCacheLayout.Split);

public sealed class UnifiedHybridConformanceTests() : GgufDecoderConformance("lfm2", KvCacheLayout.Unified);

public sealed class SplitHybridConformanceTests() : GgufDecoderConformance("lfm2", KvCacheLayout.Split);

public sealed class UnifiedSlidingWindowConformanceTests() : GgufDecoderConformance("gemma3", KvCacheLayout.Unified);

public sealed class SplitSlidingWindowConformanceTests() : GgufDecoderConformance("gemma3", KvCacheLayout.Split);

public sealed class MixtureOfExpertsConformanceTests() : GgufDecoderConformance("qwen3moe", KvCacheLayout.Unified)
{
    /// <summary>The router of random experts has near ties: another batch shape may choose another expert.</summary>
    protected override float Tolerance => 1.5f;
}
