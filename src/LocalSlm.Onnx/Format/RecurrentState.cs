using Microsoft.ML.OnnxRuntime.Tensors;

namespace LocalSlm.Onnx.Format;

/// <summary>A state that a layer replaces at each step, such as that of a convolution; it cannot be cut back.</summary>
/// <param name="Input">The input that takes it.</param>
/// <param name="Output">The output that gives the next one.</param>
/// <param name="ElementType">The type of its elements.</param>
/// <param name="Dimensions">Its dimensions without the first, which is the batch.</param>
internal sealed record RecurrentState(
    string Input,
    string Output,
    TensorElementType ElementType,
    IReadOnlyList<int> Dimensions
);
