using Microsoft.ML.OnnxRuntime.Tensors;

namespace LocalSlm.Onnx.Runtime;

/// <summary>The cached keys, or the cached values, of one layer: [batch, heads, tokens, head size].</summary>
/// <param name="PastName">The input's name.</param>
/// <param name="PresentName">The output's name.</param>
/// <param name="ElementType">The type of its numbers.</param>
/// <param name="Heads">The heads of this layer.</param>
/// <param name="HeadSize">The width of a head.</param>
internal sealed record KvTensor(
    string PastName,
    string PresentName,
    TensorElementType ElementType,
    int Heads,
    int HeadSize
)
{
    /// <summary>Gets the bytes of one token in one head.</summary>
    public int RowBytes { get; } = HeadSize * ElementSize.Of(ElementType);

    /// <summary>Gets the bytes of one token.</summary>
    public int TokenBytes => Heads * RowBytes;
}
