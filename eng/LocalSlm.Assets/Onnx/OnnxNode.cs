using System.Text;

namespace LocalSlm.Assets.Onnx;

/// <summary>An operation of an ONNX graph. (Field numbers: <c>NodeProto</c> in onnx.proto3, ONNX 1.16.)</summary>
internal sealed class OnnxNode
{
    public string Name { get; private set; } = "";

    public string Operation { get; private set; } = "";

    public List<string> Inputs { get; } = [];

    public List<string> Outputs { get; } = [];

    /// <summary>Gets the tensor of a Constant node.</summary>
    public OnnxTensor? Value { get; private set; }

    public static OnnxNode Read(ReadOnlyMemory<byte> message)
    {
        var node = new OnnxNode();
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    node.Inputs.Add(Encoding.UTF8.GetString(reader.Bytes.Span));
                    break;
                case 2:
                    node.Outputs.Add(Encoding.UTF8.GetString(reader.Bytes.Span));
                    break;
                case 3:
                    node.Name = Encoding.UTF8.GetString(reader.Bytes.Span);
                    break;
                case 4:
                    node.Operation = Encoding.UTF8.GetString(reader.Bytes.Span);
                    break;
                case 5:
                    node.Value = ReadTensorAttribute(reader.Bytes) ?? node.Value;
                    break;
            }
        }

        return node;
    }

    private static OnnxTensor? ReadTensorAttribute(ReadOnlyMemory<byte> attribute)
    {
        var reader = new ProtobufReader(attribute);
        while (reader.Next())
        {
            if (reader.Field == 5)
            {
                return OnnxTensor.Read(reader.Bytes);
            }
        }

        return null;
    }
}
