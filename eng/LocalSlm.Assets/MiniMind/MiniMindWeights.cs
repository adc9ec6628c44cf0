using LocalSlm.Assets.Onnx;

namespace LocalSlm.Assets.MiniMind;

/// <summary>MiniMind2-Small's weights, taken out of the published ONNX file. That file multiplies in integers, with activations
/// rounded to 8 bits at run time, which ruins its answers; the weights themselves are sound: an 8-bit number, a scale and a
/// zero point per tensor.</summary>
internal sealed class MiniMindWeights
{
    private const string Quantized = "_quantized";
    private readonly OnnxGraph _graph;
    private readonly Dictionary<string, OnnxNode> _products;
    private readonly Dictionary<string, OnnxTensor> _norms = [];

    public MiniMindWeights(OnnxGraph graph)
    {
        _graph = graph;
        _products = graph
            .Nodes.Where(node => node.Operation == "MatMulInteger" && _graph.FindTensor(node.Inputs[1]) is not null)
            .ToDictionary(node => node.Name);
        foreach (var node in _graph.Nodes.Where(node => node.Operation == "Mul" && IsNorm(node.Name)))
        {
            var scale = node
                .Inputs.Select(_graph.FindTensor)
                .FirstOrDefault(tensor => tensor is { Dimensions.Count: 1 });
            if (scale is not null)
            {
                _norms[node.Name] = scale;
            }
        }
    }

    /// <summary>Gets how many matrices the graph multiplies by.</summary>
    public int MatrixCount => _products.Count;

    /// <summary>Reads the token embedding, which the output layer shares.</summary>
    public WeightMatrix Embedding()
    {
        const string name = "model.embed_tokens.weight";
        var tensor = _graph.Tensor(name + Quantized);
        var (rows, columns) = Shape(tensor);
        var (scale, zero) = Quantization(name, signed: false);
        var values = new float[rows * columns];
        var raw = tensor.Raw.Span;
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (raw[i] - zero) * scale;
        }

        return new WeightMatrix(rows, columns, values);
    }

    /// <summary>Reads a projection, such as <c>self_attn/q_proj</c>.</summary>
    public WeightMatrix Projection(int layer, string name)
    {
        var node = $"/model/layers.{layer}/{name}/MatMul_quant";
        var stored = _products.GetValueOrDefault(node)?.Inputs[1];
        if (stored is null || !stored.EndsWith(Quantized, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"The ONNX model has no quantized product '{node}'.");
        }

        // Stored with one column per output: turned over here.
        var tensor = _graph.Tensor(stored);
        var (columns, rows) = Shape(tensor);
        var (scale, zero) = Quantization(stored[..^Quantized.Length], signed: true);
        var values = new float[rows * columns];
        var raw = tensor.Raw.Span;
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                values[row * columns + column] = ((sbyte)raw[column * rows + row] - zero) * scale;
            }
        }

        return new WeightMatrix(rows, columns, values);
    }

    /// <summary>Reads a layer's normalisation weights, such as <c>input_layernorm</c>.</summary>
    public float[] LayerNorm(int layer, string name) => Norm($"/model/layers.{layer}/{name}/Mul_1");

    /// <summary>Reads the last normalisation's weights.</summary>
    public float[] OutputNorm() => Norm("/model/norm/Mul_1");

    private static bool IsNorm(string name) =>
        name.Contains("layernorm", StringComparison.Ordinal) || name.Contains("/model/norm", StringComparison.Ordinal);

    private float[] Norm(string node) =>
        _norms.GetValueOrDefault(node)?.Floats()
        ?? throw new InvalidDataException($"The ONNX model has no normalisation '{node}'.");

    private (float Scale, int Zero) Quantization(string name, bool signed) =>
        (_graph.Tensor(name + "_scale").Float(), _graph.Tensor(name + "_zero_point").Byte(signed));

    private static (int Rows, int Columns) Shape(OnnxTensor tensor)
    {
        if (tensor.Dimensions is not [var rows, var columns] || tensor.Raw.Length != rows * columns)
        {
            throw new InvalidDataException($"Tensor '{tensor.Name}' is not a matrix of bytes.");
        }

        return ((int)rows, (int)columns);
    }
}
