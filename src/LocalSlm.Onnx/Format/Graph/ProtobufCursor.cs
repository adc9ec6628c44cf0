using System.Text;
using System.Text.Unicode;

namespace LocalSlm.Onnx.Format.Graph;

/// <summary>Reads the fields of protobuf messages from a stream, in order, and passes over those that nobody asks for without
/// reading them. No length is believed before it is compared with what is left. (Wire format: protobuf.dev, "Encoding".)</summary>
internal sealed class ProtobufCursor
{
    private const int BufferBytes = 64 << 10;

    private readonly Stream _stream;
    private readonly string _path;
    private readonly byte[] _buffer;
    private long _bufferStart;
    private int _bufferLength;
    private long _fieldEnd;

    /// <summary>Begins at the stream's start; the stream must be able to seek.</summary>
    /// <param name="stream">The stream; the caller closes it.</param>
    /// <param name="path">What messages call it.</param>
    public ProtobufCursor(Stream stream, string path)
    {
        _stream = stream;
        _path = path;
        End = stream.Length;
        _buffer = new byte[Math.Min(Math.Max(End, 1), BufferBytes)];
    }

    /// <summary>Gets the place of the next byte.</summary>
    public long Position { get; private set; }

    /// <summary>Gets where the current message ends.</summary>
    public long End { get; private set; }

    /// <summary>Gets the number of the current field.</summary>
    public int Field { get; private set; }

    /// <summary>Gets the value of a field that is a number; as raw bits where it has a fixed width.</summary>
    public ulong Number { get; private set; }

    /// <summary>Gets a value indicating whether the field is a string, a message or a packed list.</summary>
    public bool HasBytes { get; private set; }

    /// <summary>Gets the length of such a field.</summary>
    public long Length => _fieldEnd - Position;

    /// <summary>Moves to the next field of the message, over the rest of the current one.</summary>
    /// <returns><see langword="false"/> at the message's end.</returns>
    public bool Next()
    {
        Position = _fieldEnd;
        if (Position >= End)
        {
            return false;
        }

        var at = Position;
        var tag = Variable();
        if (tag >> 3 is 0 or > (1 << 29) - 1)
        {
            throw Fault($"a field has the number {tag >> 3}. The file is damaged, or no ONNX model.", at);
        }

        Field = (int)(tag >> 3);
        HasBytes = (tag & 7) == 2;
        Number = 0;
        switch (tag & 7)
        {
            case 0:
                Number = Variable();
                break;
            case 1:
                Number = Fixed(8);
                break;
            case 2:
                var length = Variable();
                if (length > (ulong)(End - Position))
                {
                    throw Fault(
                        $"field {Field} claims {length} bytes; {End - Position} are left in its message. "
                            + "The file is damaged or incomplete; get it again.",
                        at
                    );
                }

                _fieldEnd = Position + (long)length;
                return true;
            case 5:
                Number = Fixed(4);
                break;
            default:
                throw Fault($"field {Field} has the wire type {tag & 7}. The file is damaged, or no ONNX model.", at);
        }

        _fieldEnd = Position;
        return true;
    }

    /// <summary>Goes into the current field, a message or a packed list.</summary>
    /// <returns>What <see cref="Leave"/> wants.</returns>
    public long Enter()
    {
        if (!HasBytes)
        {
            throw Fault($"field {Field} is a number where a message belongs. The file is damaged, or no ONNX model.");
        }

        var outer = End;
        End = _fieldEnd;
        _fieldEnd = Position;
        return outer;
    }

    /// <summary>Goes back to the outer message, behind the inner one.</summary>
    public void Leave(long outer)
    {
        _fieldEnd = End;
        End = outer;
    }

    /// <summary>Reads the current field as text.</summary>
    /// <param name="limit">The most bytes it may have.</param>
    public string Text(int limit)
    {
        var bytes = Bytes(limit);
        return Utf8.IsValid(bytes)
            ? Encoding.UTF8.GetString(bytes)
            : throw Fault($"the text of field {Field} is no valid UTF-8. The file is damaged.");
    }

    /// <summary>Reads the current field's bytes.</summary>
    /// <param name="limit">The most there may be.</param>
    public byte[] Bytes(int limit)
    {
        if (!HasBytes)
        {
            throw Fault($"field {Field} is a number where text belongs. The file is damaged, or no ONNX model.");
        }

        if (Length > limit)
        {
            throw Fault(
                $"field {Field} is {Length} bytes long; at most {limit} are read there. The file is damaged or hostile."
            );
        }

        var bytes = new byte[Length];
        for (var done = 0; done < bytes.Length; )
        {
            var there = Available();
            var take = Math.Min(there.Length, bytes.Length - done);
            there[..take].CopyTo(bytes.AsSpan(done));
            done += take;
            Position += take;
        }

        return bytes;
    }

    /// <summary>Reads a variable-length number: the values of a packed list.</summary>
    public ulong Variable()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Byte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Fault("a variable-length number is longer than 10 bytes. The file is damaged.");
    }

    /// <summary>Reads the next number of a packed list that was entered.</summary>
    /// <returns><see langword="false"/> at its end.</returns>
    public bool NextPacked(out ulong value)
    {
        if (Position >= End)
        {
            value = 0;
            return false;
        }

        value = Variable();
        return true;
    }

    public ModelFileException Fault(string problem, long? offset = null, Exception? cause = null) =>
        new(_path, problem, offset ?? Position, cause);

    private ulong Fixed(int count)
    {
        ulong value = 0;
        for (var i = 0; i < count; i++)
        {
            value |= (ulong)Byte() << (8 * i);
        }

        return value;
    }

    private byte Byte()
    {
        if (Position >= End)
        {
            throw Fault("a message ends inside a field. The file is damaged or incomplete; get it again.");
        }

        var value = Available()[0];
        Position++;
        return value;
    }

    private ReadOnlySpan<byte> Available()
    {
        if (Position < _bufferStart || Position >= _bufferStart + _bufferLength)
        {
            try
            {
                _stream.Position = Position;
                _bufferLength = _stream.Read(_buffer);
            }
            catch (IOException error)
            {
                throw Fault($"reading failed: {error.Message}", Position, error);
            }

            _bufferStart = Position;
            if (_bufferLength == 0)
            {
                throw Fault("the file ended, though it was longer when it was opened.");
            }
        }

        return _buffer.AsSpan((int)(Position - _bufferStart), (int)(_bufferStart + _bufferLength - Position));
    }
}
