using Microsoft.ML.OnnxRuntime.Tensors;

namespace LocalSlm.Onnx.Runtime;

/// <summary>A state of a fixed size that a layer carries from step to step, such as the last inputs of a convolution.</summary>
/// <param name="PastName">The input's name.</param>
/// <param name="PresentName">The output's name.</param>
/// <param name="ElementType">The type of its numbers.</param>
/// <param name="Dimensions">Its dimensions for one sequence.</param>
internal sealed record StateTensor(
    string PastName,
    string PresentName,
    TensorElementType ElementType,
    IReadOnlyList<long> Dimensions
)
{
    /// <summary>Gets its size.</summary>
    public long Bytes { get; } =
        Dimensions.Aggregate((long)ElementSize.Of(ElementType), static (bytes, dimension) => bytes * dimension);
}
