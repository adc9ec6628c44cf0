namespace LocalSlm.Onnx.Format.Graph;

/// <summary>A tensor stored in a file: its form, and where its data lie.</summary>
/// <param name="Name">Its name; empty for some attributes.</param>
/// <param name="ElementType">The type of its elements (<c>TensorProto.DataType</c>).</param>
/// <param name="Dimensions">Its dimensions.</param>
/// <param name="Elements">How many elements they make.</param>
/// <param name="Bytes">The size of its data.</param>
/// <param name="External">Where its data lie outside the file, or <see langword="null"/>.</param>
internal sealed record OnnxStoredTensor(
    string Name,
    int ElementType,
    IReadOnlyList<long> Dimensions,
    long Elements,
    long Bytes,
    ExternalData? External
);
