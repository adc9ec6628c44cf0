using LocalSlm.Onnx.Format.Graph;

namespace LocalSlm.Onnx.Format;

/// <summary>Counts a graph's weights and tells how most of them are stored.</summary>
internal sealed class WeightSurvey
{
    // Operators that take packed weights, with the input that holds them; the inputs behind hold scales and zero points.
    // (ContribOperators.md of ONNX Runtime 1.23.)
    private static readonly Dictionary<string, int> Packed = new(StringComparer.Ordinal)
    {
        ["com.microsoft:MatMulNBits"] = 1,
        ["com.microsoft:GatherBlockQuantized"] = 0,
        ["com.microsoft:MatMulBnb4"] = 1,
    };

    private static readonly string[] Dynamic =
    [
        ":MatMulInteger",
        ":DynamicQuantizeLinear",
        "com.microsoft:DynamicQuantizeMatMul",
        "com.microsoft:MatMulIntegerToFloat",
    ];

    // Operators whose second input is packed for the processor when the graph is opened (PrePack of ONNX Runtime's CPU kernels).
    private static readonly HashSet<string> Multiplying = new(StringComparer.Ordinal)
    {
        ":MatMul",
        ":Gemm",
        ":MatMulInteger",
        "com.microsoft:MatMulNBits",
        "com.microsoft:MatMulIntegerToFloat",
        "com.microsoft:DynamicQuantizeMatMul",
    };

    public WeightSurvey(OnnxGraph graph)
    {
        var bits = new Dictionary<OnnxStoredTensor, (int Bits, string Format)>(ReferenceEqualityComparer.Instance);
        var aside = new HashSet<OnnxStoredTensor>(ReferenceEqualityComparer.Instance);
        var packable = new HashSet<OnnxStoredTensor>(ReferenceEqualityComparer.Instance);
        foreach (var node in graph.Nodes)
        {
            if (Multiplying.Contains(node.Operator) && graph.FindTensor(node.Input(1)) is { } matrix)
            {
                packable.Add(matrix);
            }

            if (Packed.TryGetValue(node.Operator, out var input) && graph.FindTensor(node.Input(input)) is { } weights)
            {
                var width = node.Integers.GetValueOrDefault("bits", 4) is var given and (2 or 8) ? (int)given : 4;
                bits[weights] = (
                    width,
                    node.Operator.EndsWith("Bnb4", StringComparison.Ordinal) ? "nf4" : $"int{width}"
                );
                for (var other = input + 1; other < node.Inputs.Count; other++)
                {
                    SetAside(node.Input(other));
                }
            }
            else if (node.Operator == "com.microsoft:GroupQueryAttention")
            {
                // Tables of the rotary embedding, computed and not trained.
                SetAside(node.Input(7));
                SetAside(node.Input(8));
            }
        }

        PackedBytes = packable.Sum(static tensor => tensor.Bytes);
        var isDynamic = Dynamic.Any(graph.Operators.Contains);
        var formats = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var tensor in graph.Tensors)
        {
            Bytes += tensor.Bytes;
            var isPacked = bits.TryGetValue(tensor, out var packed);
            var size = OnnxElementType.Bits(tensor.ElementType);
            var format = isPacked ? packed.Format : FormatOf(tensor.ElementType);
            if (aside.Contains(tensor) || format is null || tensor.Dimensions.Count == 0)
            {
                continue;
            }

            Parameters += isPacked ? tensor.Elements * (size / packed.Bits) : tensor.Elements;
            formats[format] = formats.GetValueOrDefault(format) + tensor.Bytes;
        }

        Quantization = formats.Count == 0 ? null : formats.MaxBy(format => format.Value).Key;
        if (Quantization == "int8" && isDynamic)
        {
            Quantization = "int8 (dynamic activations)";
        }

        void SetAside(string name)
        {
            if (graph.FindTensor(name) is { } tensor)
            {
                aside.Add(tensor);
            }
        }
    }

    /// <summary>Gets the number of weights.</summary>
    public long Parameters { get; }

    /// <summary>Gets the size of all stored data.</summary>
    public long Bytes { get; }

    /// <summary>Gets the size of the constant matrices that something is multiplied by.</summary>
    public long PackedBytes { get; }

    /// <summary>Gets how most of the data are stored, such as <c>int4</c>.</summary>
    public string? Quantization { get; }

    // Integers of more than 8 bits are indices and shapes.
    private static string? FormatOf(int type) =>
        type switch
        {
            OnnxElementType.Float => "fp32",
            OnnxElementType.Float16 => "fp16",
            OnnxElementType.BFloat16 => "bf16",
            OnnxElementType.Double => "fp64",
            OnnxElementType.UInt8 or OnnxElementType.Int8 => "int8",
            >= 17 and <= 20 => "fp8",
            21 or 22 => "int4",
            23 => "fp4",
            25 or 26 => "int2",
            _ => null,
        };
}
