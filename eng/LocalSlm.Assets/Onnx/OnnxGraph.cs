namespace LocalSlm.Assets.Onnx;

/// <summary>What the conversion needs of an ONNX model: its operations and its stored tensors by name.</summary>
internal sealed class OnnxGraph
{
    private readonly Dictionary<string, OnnxTensor> _tensors = [];
    private readonly List<OnnxNode> _nodes = [];

    public IReadOnlyList<OnnxNode> Nodes => _nodes;

    public static OnnxGraph Load(string path)
    {
        // Field 7 of ModelProto is the graph; in GraphProto 1 is a node and 5 an initialiser (onnx.proto3, ONNX 1.16).
        var graph = new OnnxGraph();
        var model = new ProtobufReader(File.ReadAllBytes(path));
        while (model.Next())
        {
            if (model.Field == 7)
            {
                graph.ReadGraph(model.Bytes);
            }
        }

        return graph;
    }

    public OnnxTensor Tensor(string name) =>
        _tensors.GetValueOrDefault(name) ?? throw new InvalidDataException($"The ONNX model holds no tensor '{name}'.");

    public OnnxTensor? FindTensor(string name) => _tensors.GetValueOrDefault(name);

    private void ReadGraph(ReadOnlyMemory<byte> message)
    {
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            if (reader.Field == 1)
            {
                var node = OnnxNode.Read(reader.Bytes);
                _nodes.Add(node);
                if (node is { Operation: "Constant", Value: { } value, Outputs: [var output] })
                {
                    _tensors[output] = value;
                }
            }
            else if (reader.Field == 5)
            {
                var tensor = OnnxTensor.Read(reader.Bytes);
                _tensors[tensor.Name] = tensor;
            }
        }
    }
}
