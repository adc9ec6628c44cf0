using LocalSlm.Onnx.Format.Graph;

namespace LocalSlm.Assets.Onnx;

/// <summary>An operation of an ONNX graph. (Field numbers: <c>NodeProto</c> in onnx.proto3, ONNX 1.16.)</summary>
internal sealed class OnnxNode
{
    private const int LongestName = 4096;

    public string Name { get; private set; } = "";

    public string Operation { get; private set; } = "";

    public List<string> Inputs { get; } = [];

    public List<string> Outputs { get; } = [];

    /// <summary>Gets the tensor of a Constant node.</summary>
    public OnnxTensor? Value { get; private set; }

    /// <summary>Reads the message that is the cursor's current field.</summary>
    public static OnnxNode Read(ProtobufCursor cursor)
    {
        var node = new OnnxNode();
        var outer = cursor.Enter();
        while (cursor.Next())
        {
            switch (cursor.Field)
            {
                case 1:
                    node.Inputs.Add(cursor.Text(LongestName));
                    break;
                case 2:
                    node.Outputs.Add(cursor.Text(LongestName));
                    break;
                case 3:
                    node.Name = cursor.Text(LongestName);
                    break;
                case 4:
                    node.Operation = cursor.Text(LongestName);
                    break;
                case 5:
                    node.Value = ReadTensorAttribute(cursor) ?? node.Value;
                    break;
            }
        }

        cursor.Leave(outer);
        return node;
    }

    private static OnnxTensor? ReadTensorAttribute(ProtobufCursor cursor)
    {
        OnnxTensor? tensor = null;
        var outer = cursor.Enter();
        while (cursor.Next())
        {
            if (cursor.Field == 5)
            {
                tensor = OnnxTensor.Read(cursor);
            }
        }

        cursor.Leave(outer);
        return tensor;
    }
}
