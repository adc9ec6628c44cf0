using LocalSlm.Onnx.Format.Graph;

namespace LocalSlm.Assets.Onnx;

/// <summary>What the conversions need of an ONNX model: its operations and its stored tensors by name, data included.</summary>
internal sealed class OnnxGraph
{
    private readonly Dictionary<string, OnnxTensor> _tensors = [];
    private readonly List<OnnxNode> _nodes = [];

    public IReadOnlyList<OnnxNode> Nodes => _nodes;

    public static OnnxGraph Load(string path)
    {
        // Field 7 of ModelProto is the graph; in GraphProto 1 is a node and 5 an initialiser (onnx.proto3, ONNX 1.16).
        var graph = new OnnxGraph();
        using var stream = File.OpenRead(path);
        var cursor = new ProtobufCursor(stream, path);
        while (cursor.Next())
        {
            if (cursor.Field == 7)
            {
                var outer = cursor.Enter();
                graph.ReadGraph(cursor);
                cursor.Leave(outer);
            }
        }

        return graph;
    }

    public OnnxTensor Tensor(string name) =>
        _tensors.GetValueOrDefault(name) ?? throw new InvalidDataException($"The ONNX model holds no tensor '{name}'.");

    public OnnxTensor? FindTensor(string name) => _tensors.GetValueOrDefault(name);

    private void ReadGraph(ProtobufCursor cursor)
    {
        while (cursor.Next())
        {
            if (cursor.Field == 1)
            {
                var node = OnnxNode.Read(cursor);
                _nodes.Add(node);
                if (node is { Operation: "Constant", Value: { } value, Outputs: [var output] })
                {
                    _tensors[output] = value;
                }
            }
            else if (cursor.Field == 5)
            {
                var tensor = OnnxTensor.Read(cursor);
                _tensors[tensor.Name] = tensor;
            }
        }
    }
}
