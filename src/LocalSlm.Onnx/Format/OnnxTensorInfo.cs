using Microsoft.ML.OnnxRuntime.Tensors;

namespace LocalSlm.Onnx.Format;

/// <summary>An input or output of a graph.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ElementType">The type of its elements.</param>
/// <param name="Dimensions">Its dimensions; -1 for those that are not fixed.</param>
internal sealed record OnnxTensorInfo(string Name, TensorElementType ElementType, IReadOnlyList<long> Dimensions);
