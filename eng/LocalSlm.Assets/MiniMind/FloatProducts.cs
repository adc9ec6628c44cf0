using LocalSlm.Assets.Onnx;

namespace LocalSlm.Assets.MiniMind;

/// <summary>The groups of operations in MiniMind2-Small's graph that multiply in integers, and the products of floats that take
/// their place.</summary>
internal sealed class FloatProducts
{
    private const string Quantized = "_quantized";
    private const string Float = "_float";
    private const int Int8 = 3;

    // 7 projections a layer, 8 layers, and the output layer.
    private const int ExpectedProducts = 57;

    private readonly OnnxGraph _graph;
    private readonly HashSet<OnnxNode> _dropped = [];
    private readonly Dictionary<OnnxNode, ProtobufWriter> _products = [];
    private readonly HashSet<string> _weights = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);

    public FloatProducts(OnnxGraph graph)
    {
        _graph = graph;
        var byOutput = graph
            .Nodes.SelectMany(node => node.Outputs.Select(output => (output, node)))
            .ToDictionary(pair => pair.output, pair => pair.node);
        var users = graph
            .Nodes.SelectMany(node => node.Inputs.Select(input => (input, node)))
            .ToLookup(pair => pair.input, pair => pair.node);
        foreach (var node in graph.Nodes)
        {
            switch (node.Operation)
            {
                case "DynamicQuantizeLinear":
                    _dropped.Add(node);
                    break;
                case "MatMulInteger":
                    Replace(node, byOutput, users);
                    break;
            }
        }

        if (_products.Count != ExpectedProducts)
        {
            throw new InvalidDataException(
                $"The ONNX model multiplies by {_products.Count} matrices; {ExpectedProducts} were expected."
            );
        }
    }

    /// <summary>Tells whether an operation gives way.</summary>
    /// <param name="node">The operation.</param>
    /// <param name="product">What takes its place; <see langword="null"/> for nothing.</param>
    public bool TryReplace(OnnxNode node, out ProtobufWriter? product) =>
        _products.TryGetValue(node, out product) || _dropped.Contains(node);

    public bool IsReplaced(string tensor) => _weights.Contains(tensor);

    /// <summary>Dequantizes the weights, one after another.</summary>
    public IEnumerable<(string Name, IReadOnlyList<long> Dimensions, float[] Values)> Weights()
    {
        foreach (var (stored, name) in _names)
        {
            var tensor = _graph.Tensor(stored);
            var isSigned = tensor.ElementType == Int8;
            var parameters = stored[..^Quantized.Length];
            var scale = _graph.Tensor(parameters + "_scale").Float();
            var zero = _graph.Tensor(parameters + "_zero_point").Byte(isSigned);
            var values = new float[tensor.Raw.Length];
            var raw = tensor.Raw.Span;
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = ((isSigned ? (sbyte)raw[i] : raw[i]) - zero) * scale;
            }

            yield return (name, tensor.Dimensions, values);
        }
    }

    // x → DynamicQuantizeLinear → MatMulInteger → Cast → Mul by the product of both scales.
    private void Replace(OnnxNode node, Dictionary<string, OnnxNode> byOutput, ILookup<string, OnnxNode> users)
    {
        var cast = Only(users, node.Outputs[0], "Cast");
        var scaling = Only(users, cast.Outputs[0], "Mul");
        var scales = byOutput[scaling.Inputs.Single(input => input != cast.Outputs[0])];
        var activations = byOutput[node.Inputs[0]];
        if (scales.Operation != "Mul" || activations.Operation != "DynamicQuantizeLinear")
        {
            throw new InvalidDataException($"The product '{node.Name}' of the ONNX model is not scaled as expected.");
        }

        var stored = node.Inputs[1];
        var weights = stored[..^Quantized.Length] + Float;
        Take(stored, weights);
        _dropped.UnionWith([node, cast, scales]);
        _products[scaling] = new ProtobufWriter()
            .Text(1, activations.Inputs[0])
            .Text(1, weights)
            .Text(2, scaling.Outputs[0])
            .Text(3, node.Name + Float)
            .Text(4, "MatMul");
    }

    private void Take(string stored, string name)
    {
        if (!stored.EndsWith(Quantized, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"The weights '{stored}' of the ONNX model are not named as expected.");
        }

        _names[stored] = name;
        string[] parts = [Quantized, "_scale", "_zero_point"];
        _weights.UnionWith(parts.Select(part => stored[..^Quantized.Length] + part));
    }

    private static OnnxNode Only(ILookup<string, OnnxNode> users, string tensor, string operation) =>
        users[tensor].ToArray() is [{ } user] && user.Operation == operation
            ? user
            : throw new InvalidDataException($"'{tensor}' of the ONNX model should go to one {operation}.");
}
