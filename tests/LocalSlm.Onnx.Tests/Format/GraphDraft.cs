using LocalSlm.Tests.TinyOnnx;

namespace LocalSlm.Tests.Format;

/// <summary>A small graph to be written as an <c>.onnx</c> file, whole or with faults. (Field numbers: onnx.proto3, ONNX 1.20.)</summary>
internal sealed class GraphDraft
{
    public const int Float = 1;
    public const int UInt8 = 2;
    public const int Int64 = 7;
    public const int Float16 = 10;

    private readonly Message _graph = new();
    private readonly List<Message> _functions = [];

    public long Ir { get; set; } = 8;

    public List<(string Domain, long Version)> Opsets { get; } = [("", 17), ("com.microsoft", 1)];

    /// <summary>A decoder's inputs and outputs, such as exporters write them; -1 for what is open.</summary>
    public static GraphDraft Decoder(
        int layers = 2,
        long heads = 2,
        long width = 8,
        long vocabulary = 32,
        int type = Float
    )
    {
        var draft = new GraphDraft()
            .Input("input_ids", Int64, -1, -1)
            .Input("attention_mask", Int64, -1, -1)
            .Output("logits", Float, -1, -1, vocabulary);
        for (var layer = 0; layer < layers; layer++)
        {
            draft.Cache(layer, heads, width, type);
        }

        return draft.Node("Identity", "", ["input_ids"], ["logits"]);
    }

    /// <summary>An encoder's inputs and outputs.</summary>
    public static GraphDraft Encoder(params ReadOnlySpan<(string Name, long[] Dimensions)> outputs)
    {
        var draft = new GraphDraft()
            .Input("input_ids", Int64, -1, -1)
            .Input("attention_mask", Int64, -1, -1)
            .Input("token_type_ids", Int64, -1, -1);
        foreach (var (name, dimensions) in outputs)
        {
            draft.Output(name, Float, dimensions);
        }

        return draft;
    }

    public GraphDraft Cache(int layer, long heads, long width, int type = Float, long length = -1)
    {
        foreach (var part in new[] { "key", "value" })
        {
            Input($"past_key_values.{layer}.{part}", type, -1, heads, length, width);
            Output($"present.{layer}.{part}", type, -1, heads, length, width);
        }

        return this;
    }

    public GraphDraft Input(string name, int type, params long[] dimensions) => Value(11, name, type, dimensions);

    public GraphDraft Output(string name, int type, params long[] dimensions) => Value(12, name, type, dimensions);

    public GraphDraft Node(
        string operation,
        string domain,
        string[] inputs,
        string[] outputs,
        params (string Name, long Value)[] integers
    )
    {
        _graph.Nested(1, NodeMessage(operation, domain, inputs, outputs, integers));
        return this;
    }

    /// <summary>Adds an operation with a graph inside, as <c>If</c> has it.</summary>
    public GraphDraft Branch(Message inner)
    {
        _graph.Nested(1, new Message().Text(4, "If").Nested(5, new Message().Text(1, "then_branch").Nested(6, inner)));
        return this;
    }

    /// <summary>Adds a function of the file's own.</summary>
    public GraphDraft Function(string name, string domain)
    {
        _functions.Add(new Message().Text(1, name).Text(10, domain));
        return this;
    }

    public GraphDraft Tensor(string name, int type, long[] dimensions, byte[] data) =>
        Tensor(TensorMessage(name, type, dimensions).Bytes(9, data));

    public GraphDraft External(string name, int type, long[] dimensions, params (string Key, string Value)[] entries)
    {
        var tensor = TensorMessage(name, type, dimensions);
        foreach (var (key, value) in entries)
        {
            tensor.Nested(13, new Message().Text(1, key).Text(2, value));
        }

        return Tensor(tensor.Number(14, 1));
    }

    public GraphDraft Tensor(Message message)
    {
        _graph.Nested(5, message);
        return this;
    }

    public static Message NodeMessage(
        string operation,
        string domain,
        string[] inputs,
        string[] outputs,
        params (string Name, long Value)[] integers
    )
    {
        var node = new Message();
        foreach (var input in inputs)
        {
            node.Text(1, input);
        }

        foreach (var output in outputs)
        {
            node.Text(2, output);
        }

        node.Text(4, operation);
        foreach (var (name, value) in integers)
        {
            node.Nested(5, new Message().Text(1, name).Number(3, value).Number(20, 2));
        }

        return node.Text(7, domain);
    }

    public static Message TensorMessage(string name, int type, long[] dimensions)
    {
        var tensor = new Message();
        foreach (var dimension in dimensions)
        {
            tensor.Number(1, dimension);
        }

        return tensor.Number(2, type).Text(8, name);
    }

    public byte[] ToArray()
    {
        var model = new Message().Number(1, Ir).Text(2, "test").Nested(7, _graph);
        foreach (var (domain, version) in Opsets)
        {
            model.Nested(8, new Message().Text(1, domain).Number(2, version));
        }

        foreach (var function in _functions)
        {
            model.Nested(25, function);
        }

        return model.ToArray();
    }

    private GraphDraft Value(int field, string name, int type, long[] dimensions)
    {
        var shape = new Message();
        foreach (var dimension in dimensions)
        {
            shape.Nested(1, dimension < 0 ? new Message().Text(2, "open") : new Message().Number(1, dimension));
        }

        var tensor = new Message().Number(1, type).Nested(2, shape);
        _graph.Nested(field, new Message().Text(1, name).Nested(2, new Message().Nested(1, tensor)));
        return this;
    }
}
