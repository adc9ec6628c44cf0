using Microsoft.ML.OnnxRuntime.Tensors;

namespace LocalSlm.Onnx.Format;

/// <summary>The cached keys and values of one layer: four tensors [batch, heads, length, width] of a decoder graph.</summary>
/// <param name="Layer">The layer's number; numbers may be left out, as by layers that share another's cache.</param>
/// <param name="PastKey">The input of keys.</param>
/// <param name="PastValue">The input of values.</param>
/// <param name="PresentKey">The output of keys.</param>
/// <param name="PresentValue">The output of values.</param>
/// <param name="Heads">The number of heads.</param>
/// <param name="KeyWidth">The width of a head's key.</param>
/// <param name="ValueWidth">The width of a head's value.</param>
/// <param name="ElementType">The type of its elements.</param>
/// <param name="FixedLength">The length that the graph demands, in tokens; -1 where any will do.</param>
internal sealed record LayerCache(
    int Layer,
    string PastKey,
    string PastValue,
    string PresentKey,
    string PresentValue,
    int Heads,
    int KeyWidth,
    int ValueWidth,
    TensorElementType ElementType,
    int FixedLength
);
