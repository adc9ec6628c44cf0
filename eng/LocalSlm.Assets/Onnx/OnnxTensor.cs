using System.Runtime.InteropServices;
using System.Text;

namespace LocalSlm.Assets.Onnx;

/// <summary>A tensor stored in an ONNX file. (Field numbers: <c>TensorProto</c> in onnx.proto3, ONNX 1.16.)</summary>
internal sealed class OnnxTensor
{
    private readonly List<long> _dimensions = [];
    private readonly List<int> _integers = [];
    private readonly List<float> _floats = [];
    private ReadOnlyMemory<byte> _raw;

    public string Name { get; private set; } = "";

    public IReadOnlyList<long> Dimensions => _dimensions;

    /// <summary>Gets the stored bytes, for tensors of one byte an element.</summary>
    public ReadOnlyMemory<byte> Raw => _raw;

    public static OnnxTensor Read(ReadOnlyMemory<byte> message)
    {
        var tensor = new OnnxTensor();
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    ReadIntegers(reader, value => tensor._dimensions.Add((long)value));
                    break;
                case 4 when reader.HasBytes:
                    tensor._floats.AddRange(MemoryMarshal.Cast<byte, float>(reader.Bytes.Span));
                    break;
                case 4:
                    tensor._floats.Add(BitConverter.UInt32BitsToSingle((uint)reader.Number));
                    break;
                case 5:
                    ReadIntegers(reader, value => tensor._integers.Add((int)value));
                    break;
                case 8:
                    tensor.Name = Encoding.UTF8.GetString(reader.Bytes.Span);
                    break;
                case 9:
                    tensor._raw = reader.Bytes;
                    break;
            }
        }

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

    private static void ReadIntegers(ProtobufReader reader, Action<ulong> add)
    {
        if (!reader.HasBytes)
        {
            add(reader.Number);
            return;
        }

        var packed = new ProtobufReader(reader.Bytes);
        while (!packed.IsEmpty)
        {
            add(packed.Variable());
        }
    }
}
