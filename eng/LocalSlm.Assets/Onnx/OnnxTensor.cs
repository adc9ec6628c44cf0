using System.Runtime.InteropServices;
using LocalSlm.Onnx.Format.Graph;

namespace LocalSlm.Assets.Onnx;

/// <summary>A tensor stored in an ONNX file. (Field numbers: <c>TensorProto</c> in onnx.proto3, ONNX 1.16.)</summary>
internal sealed class OnnxTensor
{
    private readonly List<long> _dimensions = [];
    private readonly List<int> _integers = [];
    private readonly List<float> _floats = [];
    private ReadOnlyMemory<byte> _raw;

    public string Name { get; private set; } = "";

    /// <summary>Gets the type of its elements (<c>TensorProto.DataType</c>), such as 3 for INT8.</summary>
    public int ElementType { get; private set; }

    public IReadOnlyList<long> Dimensions => _dimensions;

    /// <summary>Gets the stored bytes, for tensors of one byte an element.</summary>
    public ReadOnlyMemory<byte> Raw => _raw;

    /// <summary>Reads the message that is the cursor's current field.</summary>
    public static OnnxTensor Read(ProtobufCursor cursor)
    {
        var tensor = new OnnxTensor();
        var outer = cursor.Enter();
        while (cursor.Next())
        {
            switch (cursor.Field)
            {
                case 1:
                    ReadIntegers(cursor, value => tensor._dimensions.Add((long)value));
                    break;
                case 2:
                    tensor.ElementType = (int)cursor.Number;
                    break;
                case 4 when cursor.HasBytes:
                    tensor._floats.AddRange(MemoryMarshal.Cast<byte, float>(cursor.Bytes(int.MaxValue)));
                    break;
                case 4:
                    tensor._floats.Add(BitConverter.UInt32BitsToSingle((uint)cursor.Number));
                    break;
                case 5:
                    ReadIntegers(cursor, value => tensor._integers.Add((int)value));
                    break;
                case 8:
                    tensor.Name = cursor.Text(4096);
                    break;
                case 9:
                    tensor._raw = cursor.Bytes(int.MaxValue);
                    break;
            }
        }

        cursor.Leave(outer);
        return tensor;
    }

    /// <summary>Reads all elements of a float tensor.</summary>
    public float[] Floats() => _raw.IsEmpty ? [.. _floats] : MemoryMarshal.Cast<byte, float>(_raw.Span).ToArray();

    /// <summary>Reads the one element of a float tensor.</summary>
    public float Float() =>
        Floats() is [var value] ? value : throw new InvalidDataException($"Tensor '{Name}' should hold one number.");

    /// <summary>Reads the one element of an 8-bit tensor, signed or unsigned; 0 where nothing is stored.</summary>
    /// <param name="signed">Whether the type is INT8 rather than UINT8; it matters for raw bytes only.</param>
    public int Byte(bool signed)
    {
        if (_raw.Length > 0)
        {
            return signed ? (sbyte)_raw.Span[0] : _raw.Span[0];
        }

        return _integers.Count > 0 ? _integers[0] : 0;
    }

    private static void ReadIntegers(ProtobufCursor cursor, Action<ulong> add)
    {
        if (!cursor.HasBytes)
        {
            add(cursor.Number);
            return;
        }

        var outer = cursor.Enter();
        while (cursor.NextPacked(out var value))
        {
            add(value);
        }

        cursor.Leave(outer);
    }
}
