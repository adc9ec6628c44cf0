using System.Runtime.InteropServices;
using System.Text.Json;
using LocalSlm.Assets.Onnx;
using LocalSlm.Gguf.Format;

namespace LocalSlm.Assets.MiniMind;

/// <summary>Turns the npm package of MiniMind2-Small, an ONNX model for browsers, into a GGUF file for llama.cpp: 26 million
/// parameters, Q8_0, the chat template included.</summary>
internal static class MiniMindConversion
{
    /// <summary>Raised whenever the file comes out differently, so that old ones are replaced.</summary>
    public const int Revision = 1;

    // LLAMA_FTYPE_MOSTLY_Q8_0 in llama.h, and GGML_QNT_VERSION in ggml.h, llama.cpp 0.4.0.
    private const uint MostlyQ8 = 7;
    private const uint QuantizationVersion = 2;

    // 7 projections a layer, 8 layers, and the output layer.
    private const int ExpectedMatrices = 57;

    /// <summary>Converts.</summary>
    /// <param name="packageFolder">The unpacked npm package.</param>
    /// <param name="output">The GGUF file to write; it appears there only when it is whole.</param>
    public static void Run(string packageFolder, string output)
    {
        using var configuration = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(packageFolder, "config.json")));
        var shape = MiniMindShape.Read(configuration.RootElement);
        var weights = new MiniMindWeights(OnnxGraph.Load(Path.Combine(packageFolder, "onnx", "model_quantized.onnx")));
        if (weights.MatrixCount != ExpectedMatrices)
        {
            throw new InvalidDataException(
                $"The ONNX model multiplies by {weights.MatrixCount} matrices; {ExpectedMatrices} were expected."
            );
        }

        var writer = new GgufWriter();
        AddMetadata(writer, shape);
        new MiniMindVocabulary(packageFolder, shape.Vocabulary).AddTo(writer);

        AddMatrix(writer, "token_embd.weight", weights.Embedding());
        AddVector(writer, "output_norm.weight", weights.OutputNorm());
        for (var layer = 0; layer < shape.Layers; layer++)
        {
            AddLayer(writer, weights, shape, layer);
            Console.WriteLine($"assets: layer {layer + 1} of {shape.Layers}");
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(output))!);
        writer.Write(output);
    }

    private static void AddMetadata(GgufWriter writer, MiniMindShape shape) =>
        writer
            .Add("general.architecture", "llama")
            .Add("general.type", "model")
            .Add("general.name", "MiniMind2-Small")
            .Add("general.basename", "MiniMind2")
            .Add("general.size_label", "26M")
            .Add("general.license", "apache-2.0")
            .Add("general.languages", GgufValue.Array(["zh", "en"]))
            .Add("general.file_type", MostlyQ8)
            .Add("general.quantization_version", QuantizationVersion)
            .Add("llama.vocab_size", (uint)shape.Vocabulary)
            .Add("llama.context_length", (uint)shape.Context)
            .Add("llama.embedding_length", (uint)shape.Embedding)
            .Add("llama.block_count", (uint)shape.Layers)
            .Add("llama.feed_forward_length", (uint)shape.FeedForward)
            .Add("llama.attention.head_count", (uint)shape.Heads)
            .Add("llama.attention.head_count_kv", (uint)shape.KeyValueHeads)
            .Add("llama.attention.layer_norm_rms_epsilon", shape.NormEpsilon)
            .Add("llama.rope.dimension_count", (uint)shape.HeadDimension)
            .Add("llama.rope.freq_base", shape.RopeBase);

    private static void AddLayer(GgufWriter writer, MiniMindWeights weights, MiniMindShape shape, int layer)
    {
        var name = $"blk.{layer}";
        AddVector(writer, $"{name}.attn_norm.weight", weights.LayerNorm(layer, "input_layernorm"));
        AddVector(writer, $"{name}.ffn_norm.weight", weights.LayerNorm(layer, "post_attention_layernorm"));
        var query = weights.Projection(layer, "self_attn/q_proj");
        var key = weights.Projection(layer, "self_attn/k_proj");
        AddMatrix(writer, $"{name}.attn_q.weight", query.InterleaveRotaryHalves(shape.Heads));
        AddMatrix(writer, $"{name}.attn_k.weight", key.InterleaveRotaryHalves(shape.KeyValueHeads));
        AddMatrix(writer, $"{name}.attn_v.weight", weights.Projection(layer, "self_attn/v_proj"));
        AddMatrix(writer, $"{name}.attn_output.weight", weights.Projection(layer, "self_attn/o_proj"));
        AddMatrix(writer, $"{name}.ffn_gate.weight", weights.Projection(layer, "mlp/gate_proj"));
        AddMatrix(writer, $"{name}.ffn_up.weight", weights.Projection(layer, "mlp/up_proj"));
        AddMatrix(writer, $"{name}.ffn_down.weight", weights.Projection(layer, "mlp/down_proj"));
    }

    private static void AddMatrix(GgufWriter writer, string name, WeightMatrix matrix) =>
        writer.AddTensor(
            name,
            GgmlType.Q8_0,
            [matrix.Columns, matrix.Rows],
            GgmlQuantizer.Quantize(GgmlType.Q8_0, matrix.Values)
        );

    private static void AddVector(GgufWriter writer, string name, float[] values) =>
        writer.AddTensor(name, GgmlType.F32, [values.Length], MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
}
