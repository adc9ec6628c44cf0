using LocalSlm.Onnx.Format.Graph;

namespace LocalSlm.Onnx.Format;

/// <summary>What the attention operators of a decoder and the weights before them say about heads. (Inputs and attributes:
/// ContribOperators.md of ONNX Runtime 1.23.)</summary>
internal sealed class AttentionEvidence
{
    private const string GroupQuery = "com.microsoft:GroupQueryAttention";
    private const string Rotary = "com.microsoft:RotaryEmbedding";

    private readonly OnnxGraph _graph;
    private readonly Dictionary<string, OnnxNode> _byPastKey = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OnnxNode> _byOutput = new(StringComparer.Ordinal);

    public AttentionEvidence(OnnxGraph graph)
    {
        _graph = graph;
        foreach (var node in graph.Nodes)
        {
            foreach (var output in node.Outputs)
            {
                _byOutput[output] = node;
            }

            if (node.Operator == GroupQuery)
            {
                _byPastKey[node.Input(3)] = node;
                Heads = Math.Max(Heads, Bounded(node.Integer("num_heads")));
                SlidingWindow = Math.Max(SlidingWindow, Bounded(node.Integer("local_window_size")));
                KeepLeastPositions(node.Input(7));
            }
            else if (node.Operator == Rotary)
            {
                KeepLeastPositions(node.Input(2));
            }
        }
    }

    /// <summary>Gets the number of query heads of the widest layer; 0 if unknown.</summary>
    public int Heads { get; }

    /// <summary>Gets the sliding window; 0 for none.</summary>
    public int SlidingWindow { get; }

    /// <summary>Gets for how many positions the shortest table of the rotary embedding has rows, or <see langword="null"/>: beyond
    /// them nothing can be computed.</summary>
    public int? Positions { get; private set; }

    /// <summary>Gets a layer's number of key and value heads, or <see langword="null"/>.</summary>
    public int? KeyValueHeads(string pastKey) =>
        _byPastKey.TryGetValue(pastKey, out var node) && Bounded(node.Integer("kv_num_heads")) is > 0 and var heads
            ? heads
            : null;

    /// <summary>Gets the width of a layer's heads, or <see langword="null"/>.</summary>
    public int? HeadSize(string pastKey)
    {
        if (KeyValueHeads(pastKey) is not { } heads)
        {
            return null;
        }

        var node = _byPastKey[pastKey];

        // Without keys and values of their own all three come out of one matrix.
        var isPacked = node.Input(2).Length == 0;
        var total = isPacked ? Bounded(node.Integer("num_heads")) + 2L * heads : heads;
        return Columns(node.Input(isPacked ? 0 : 2)) is { } columns && columns % total == 0
            ? Bounded(columns / total) is > 0 and var size
                ? size
                : null
            : null;
    }

    private void KeepLeastPositions(string table)
    {
        if (_graph.FindTensor(table) is { Dimensions: [var rows, _] } && rows is > 0 and <= GenAiConfig.MostTokens)
        {
            Positions = Math.Min(Positions ?? int.MaxValue, (int)rows);
        }
    }

    // How wide the product is that a value comes from, a bias added or not.
    private long? Columns(string value)
    {
        for (var step = 0; step < 2 && _byOutput.TryGetValue(value, out var node); step++)
        {
            switch (node.Operator)
            {
                case "com.microsoft:MatMulNBits":
                    return node.Integer("N");
                case ":MatMul":
                    return _graph.FindTensor(node.Input(1)) is { Dimensions: [_, var columns] } ? columns : null;
                case ":Add":
                    value = _graph.FindTensor(node.Input(0)) is null ? node.Input(0) : node.Input(1);
                    break;
                default:
                    return null;
            }
        }

        return null;
    }

    private static int Bounded(long value) => value is > 0 and <= GenAiConfig.MostWidth ? (int)value : 0;
}
