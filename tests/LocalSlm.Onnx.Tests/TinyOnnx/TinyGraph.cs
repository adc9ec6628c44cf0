using System.Globalization;
using System.Runtime.InteropServices;

namespace LocalSlm.Tests.TinyOnnx;

/// <summary>An ONNX graph that a test puts together, node by node. Field numbers: onnx.proto of ONNX 1.17.</summary>
internal sealed class TinyGraph
{
    public const int Float = 1;
    public const int Int32 = 6;
    public const int Int64 = 7;
    public const int Float16 = 10;
    public const int BFloat16 = 16;

    public const string Contributed = "com.microsoft";

    private readonly Message _graph = new Message().Text(2, "tiny");
    private int _names;

    public void Input(string name, int type, params object[] shape) => _graph.Nested(11, Value(name, type, shape));

    public void Output(string name, int type, params object[] shape) => _graph.Nested(12, Value(name, type, shape));

    /// <summary>Adds a constant of floats.</summary>
    public string Floats(ReadOnlySpan<float> values, params long[] shape) =>
        Constant(Float, MemoryMarshal.AsBytes(values), shape);

    /// <summary>Adds a constant of integers.</summary>
    public string Integers(ReadOnlySpan<long> values, params long[] shape) =>
        Constant(Int64, MemoryMarshal.AsBytes(values), shape);

    /// <summary>Adds a node and gives its first output.</summary>
    public string Node(string kind, string[] inputs, params (string Name, object Value)[] attributes) =>
        Node(kind, inputs, [NewName()], domain: "", attributes);

    /// <summary>Adds a node with named outputs and gives the first.</summary>
    public string Node(
        string kind,
        string[] inputs,
        string[] outputs,
        string domain,
        params (string Name, object Value)[] attributes
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

        node.Text(3, NewName()).Text(4, kind);
        foreach (var (name, value) in attributes)
        {
            node.Nested(5, Attribute(name, value));
        }

        node.Text(7, domain);
        _graph.Nested(1, node);
        return outputs[0];
    }

    public string NewName() => "t" + (_names++).ToString(CultureInfo.InvariantCulture);

    public byte[] ToArray() =>
        new Message()
            .Number(1, 8)
            .Nested(8, new Message().Text(1, "").Number(2, 17))
            .Nested(8, new Message().Text(1, Contributed).Number(2, 1))
            .Nested(7, _graph)
            .ToArray();

    private string Constant(int type, ReadOnlySpan<byte> data, long[] shape)
    {
        var name = NewName();
        var tensor = new Message();
        foreach (var size in shape)
        {
            tensor.Number(1, size);
        }

        _graph.Nested(5, tensor.Number(2, type).Text(8, name).Bytes(9, data));
        return name;
    }

    private static Message Attribute(string name, object value)
    {
        var attribute = new Message().Text(1, name);
        switch (value)
        {
            case float number:
                return attribute.Float(2, number).Number(20, 1);
            case int number:
                return attribute.Number(3, number).Number(20, 2);
            case int[] numbers:
                foreach (var number in numbers)
                {
                    attribute.Number(8, number);
                }

                return attribute.Number(20, 7);
            default:
                throw new ArgumentException($"No attribute is written for {value.GetType()}.", nameof(value));
        }
    }

    private static Message Value(string name, int type, object[] shape)
    {
        var dimensions = new Message();
        foreach (var size in shape)
        {
            dimensions.Nested(
                1,
                size is int number ? new Message().Number(1, number) : new Message().Text(2, (string)size)
            );
        }

        return new Message()
            .Text(1, name)
            .Nested(2, new Message().Nested(1, new Message().Number(1, type).Nested(2, dimensions)));
    }
}
