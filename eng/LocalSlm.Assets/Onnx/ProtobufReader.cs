using System.Buffers.Binary;

namespace LocalSlm.Assets.Onnx;

/// <summary>Reads the fields of one protobuf message in order. (Wire format: protobuf.dev, "Encoding".)</summary>
internal struct ProtobufReader(ReadOnlyMemory<byte> message)
{
    private ReadOnlyMemory<byte> _rest = message;

    /// <summary>Gets the number of the current field.</summary>
    public int Field { get; private set; }

    /// <summary>Gets the value of the current field where it is a number; as raw bits where it has a fixed width.</summary>
    public ulong Number { get; private set; }

    /// <summary>Gets the content of the current field where it is a string, a message or a packed list.</summary>
    public ReadOnlyMemory<byte> Bytes { get; private set; }

    /// <summary>Gets a value indicating whether the current field is a string, a message or a packed list.</summary>
    public bool HasBytes { get; private set; }

    public bool Next()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        var tag = Variable();
        Field = checked((int)(tag >> 3));
        HasBytes = (tag & 7) == 2;
        Bytes = default;
        Number = 0;
        switch (tag & 7)
        {
            case 0:
                Number = Variable();
                break;
            case 1:
                Number = BinaryPrimitives.ReadUInt64LittleEndian(Take(8).Span);
                break;
            case 2:
                Bytes = Take(checked((int)Variable()));
                break;
            case 5:
                Number = BinaryPrimitives.ReadUInt32LittleEndian(Take(4).Span);
                break;
            default:
                throw new InvalidDataException($"Wire type {tag & 7} of field {Field} is unknown.");
        }

        return true;
    }

    /// <summary>Reads a variable-length number from the front: the values of a packed list.</summary>
    public ulong Variable()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Take(1).Span[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException("A variable-length number is longer than 10 bytes.");
    }

    public readonly bool IsEmpty => _rest.IsEmpty;

    private ReadOnlyMemory<byte> Take(int count)
    {
        if ((uint)count > (uint)_rest.Length)
        {
            throw new InvalidDataException($"A field of {count} bytes runs past the end of its message.");
        }

        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
