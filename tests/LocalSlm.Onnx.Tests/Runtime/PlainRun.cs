using LocalSlm.Tests.TinyOnnx;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace LocalSlm.Tests.Runtime;

/// <summary>One run of a tiny decoder over a whole text, by the library's plain interface.</summary>
internal static class PlainRun
{
    /// <summary>Gets the logits of the last token.</summary>
    public static float[] LastLogits(string folder, TinyDecoder tiny, int[] tokens)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1 };
        using var session = new InferenceSession(Path.Combine(folder, "model.onnx"), options);
        var inputs = new List<NamedOnnxValue>();
        foreach (var (name, metadata) in session.InputMetadata)
        {
            long[] values = name switch
            {
                "input_ids" => [.. tokens.Select(token => (long)token)],
                "position_ids" => [.. tokens.Select((_, i) => (long)i)],
                _ => [.. tokens.Select(_ => 1L)],
            };
            inputs.Add(
                name.StartsWith("past", StringComparison.Ordinal) ? Empty(name, metadata, tokens.Length)
                : tiny.IntegerType == TinyGraph.Int32
                    ? NamedOnnxValue.CreateFromTensor(
                        name,
                        new DenseTensor<int>(Array.ConvertAll(values, value => (int)value), [1, values.Length])
                    )
                : NamedOnnxValue.CreateFromTensor(
                    name,
                    name == "attention_mask" && tiny.FixedTokens > 0
                        ? Padded(values, tiny.FixedTokens)
                        : new DenseTensor<long>(values, [1, values.Length])
                )
            );
        }

        using var results = session.Run(inputs, ["logits"]);
        var logits = tiny.LogitType switch
        {
            TinyGraph.Float16 => results[0].AsTensor<Float16>().ToArray().Select(value => (float)value),
            TinyGraph.BFloat16 => results[0].AsTensor<BFloat16>().ToArray().Select(value => (float)value),
            _ => results[0].AsTensor<float>().ToArray(),
        };
        return [.. logits.TakeLast(TinyDecoder.Vocabulary)];
    }

    private static DenseTensor<long> Padded(long[] ones, int length)
    {
        var mask = new long[length];
        ones.CopyTo(mask, 0);
        return new DenseTensor<long>(mask, [1, length]);
    }

    private static NamedOnnxValue Empty(string name, NodeMetadata metadata, int tokens)
    {
        int[] shape = [.. metadata.Dimensions];
        shape[0] = 1;
        for (var i = 1; i < shape.Length; i++)
        {
            // The open dimensions: no tokens yet, and the width of a head.
            shape[i] =
                shape[i] >= 0 ? shape[i]
                : i == 2 ? 0
                : TinyDecoder.HeadSize;
        }

        return metadata.ElementDataType switch
        {
            TensorElementType.Float16 => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<Float16>(shape)),
            TensorElementType.BFloat16 => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<BFloat16>(shape)),
            _ => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<float>(shape)),
        };
    }
}
