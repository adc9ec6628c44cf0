namespace LocalSlm.Gguf.Format;

/// <summary>Checks that tensors are of types their use can compute with: llama.cpp v0.4.0 aborts or runs into a missing
/// function where an operation meets a type it has no code for.</summary>
internal static class TensorCheck
{
    /// <summary>The processor backend refuses weights that do not begin at multiples of this (TENSOR_ALIGNMENT, ggml-impl.h).</summary>
    private const int Alignment = 32;

    public static void Check(GgufFile file)
    {
        foreach (var tensor in file.Tensors)
        {
            if (tensor.Offset % Alignment != 0)
            {
                throw new ModelFileException(
                    file.Path,
                    $"the data of tensor '{tensor.Name}' does not begin at a multiple of {Alignment} bytes. Write the file with 'general.alignment' {Alignment}.",
                    tensor.Offset
                );
            }

            var problem = Problem(tensor);
            if (problem is not null)
            {
                throw new ModelFileException(
                    file.Path,
                    $"the tensor '{tensor.Name}' is stored as {tensor.Type}; {problem}. The file is damaged, or was converted wrongly.",
                    tensor.Offset
                );
            }
        }
    }

    private static string? Problem(GgufTensor tensor)
    {
        switch (tensor.Type)
        {
            case GgmlType.F32:
                return null;
            case GgmlType.I32 when tensor.Name.Contains("tid2eid", StringComparison.Ordinal):
                return null; // DeepSeek 4 keeps a table of expert numbers
            case GgmlType.I8 or GgmlType.I16 or GgmlType.I32 or GgmlType.I64 or GgmlType.F64:
                return "weights are floating-point numbers of 32 bits or less, or quantized";
            case GgmlType.Q8_1 or GgmlType.Q8_K:
                return "that format is for intermediate results, not for weights";
            default:
                break;
        }

        return NeedsFloat32(tensor) ? "it must be F32" : null;
    }

    // Norms, biases and scales are combined value by value, and convolutions and state-space scans run, on F32 only. What a
    // classifier multiplies may be one row.
    private static bool NeedsFloat32(GgufTensor tensor) =>
        (tensor.Dimensions.Length == 1 && !tensor.Name.StartsWith("cls", StringComparison.Ordinal))
        || tensor.Name.EndsWith(".bias", StringComparison.Ordinal)
        || tensor.Name.EndsWith(".ssm_a", StringComparison.Ordinal)
        || tensor.Name.EndsWith(".ssm_d", StringComparison.Ordinal)
        || tensor.Name.Contains("norm", StringComparison.Ordinal)
        || tensor.Name.Contains("ssm_conv1d", StringComparison.Ordinal)
        || tensor.Name.Contains("shortconv.conv", StringComparison.Ordinal)
        || tensor.Name.StartsWith("token_types", StringComparison.Ordinal);
}
