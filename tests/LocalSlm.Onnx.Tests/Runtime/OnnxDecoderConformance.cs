using LocalSlm.Testing;

namespace LocalSlm.Tests.Runtime;

/// <summary>The conformance suite over ONNX Runtime, for every kind of graph.</summary>
[Collection("native")]
public abstract class OnnxDecoderConformance(string tiny) : DecoderConformance
{
    /// <summary>Logits lie between -10 and 10; other prompts give ones that differ by 1 and more. Batch shapes change the order in which
    /// float32 sums are made.</summary>
    protected override float Tolerance => 1e-3f;

    protected override IRuntimeModel Open() => LoadedOnnxModels.OpenTinyAsync(tiny).GetAwaiter().GetResult();
}

public sealed class GroupedConformanceTests() : OnnxDecoderConformance("grouped");

public sealed class GroupedLastLogitsConformanceTests() : OnnxDecoderConformance("grouped-open-width-last-logits");

public sealed class GroupedFloat16ConformanceTests() : OnnxDecoderConformance("grouped-float16-int32")
{
    /// <summary>Keys, values and logits are rounded to 11 bits.</summary>
    protected override float Tolerance => 0.05f;
}

public sealed class GroupedSparseConformanceTests() : OnnxDecoderConformance("grouped-sparse-positions");

public sealed class GroupedWindowConformanceTests() : OnnxDecoderConformance("grouped-window");

public sealed class GroupedBatchOfOneConformanceTests() : OnnxDecoderConformance("grouped-batch-of-one");

public sealed class GroupedFixedLengthConformanceTests() : OnnxDecoderConformance("grouped-fixed-length");

public sealed class CopiedConformanceTests() : OnnxDecoderConformance("copied");

public sealed class CopiedPositionsConformanceTests() : OnnxDecoderConformance("copied-positions-int32");

public sealed class CopiedSparseConformanceTests() : OnnxDecoderConformance("copied-sparse-last-logits");

public sealed class CopiedFloat16ConformanceTests() : OnnxDecoderConformance("copied-float16")
{
    /// <summary>Keys, values and logits are rounded to 11 bits.</summary>
    protected override float Tolerance => 0.05f;
}

public sealed class CopiedBFloat16ConformanceTests() : OnnxDecoderConformance("copied-bfloat16")
{
    /// <summary>Keys, values and logits are rounded to 8 bits.</summary>
    protected override float Tolerance => 0.3f;
}

public sealed class ConvolutionConformanceTests() : OnnxDecoderConformance("convolution");

public sealed class ConvolutionCopiedConformanceTests() : OnnxDecoderConformance("convolution-copied");

public sealed class ConvolutionGroupedConformanceTests() : OnnxDecoderConformance("convolution-grouped-last-logits");

/// <summary>The official layout with float32 weights, 2 layers.</summary>
[Collection("native")]
public sealed class TinyLlamaConformanceTests : DecoderConformance
{
    protected override float Tolerance => 1e-3f;

    protected override IRuntimeModel Open() =>
        LoadedOnnxModels.OpenAsync(TestAssets.ModelOrSkip("tiny-llama-genai-fp32")).GetAwaiter().GetResult();
}

/// <summary>A real int4 model in the official layout.</summary>
[Collection("native")]
public sealed class SmolLm2ConformanceTests : DecoderConformance
{
    /// <summary>The int4 kernels quantise activations to 8 bits where rows are many; the reference itself moves by 0.77
    /// (<c>golden/models/README.md</c>).</summary>
    protected override float Tolerance => 1.5f;

    protected override IRuntimeModel Open() =>
        LoadedOnnxModels.OpenAsync(TestAssets.ModelOrSkip("smollm2-135m-instruct-genai-int4")).GetAwaiter().GetResult();
}

/// <summary>A real float32 model in the layout of transformers.js.</summary>
[Collection("native")]
public sealed class MiniMindOnnxConformanceTests : DecoderConformance
{
    protected override float Tolerance => 1e-2f;

    protected override IRuntimeModel Open() =>
        LoadedOnnxModels.OpenAsync(TestAssets.MiniMindOnnxFolder).GetAwaiter().GetResult();
}
