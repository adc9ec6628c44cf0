using System.Buffers.Binary;

namespace LocalSlm.Gguf.Format;

/// <summary>Reads a file's header from its start and keeps the bytes. It never allocates for more than the file holds: a
/// length is checked against what is left before anything is done with it.</summary>
internal sealed class GgufCursor
{
    /// <summary>Headers of published models are below 40 MiB, most of it vocabulary; this leaves room and bounds memory.</summary>
    private const int HeaderLimit = 512 << 20;

    private const int FirstRead = 64 << 10;

    private readonly Stream _stream;
    private readonly string _path;
    private byte[] _buffer;
    private int _filled;

    public GgufCursor(Stream stream, string path, long fileLength)
    {
        _stream = stream;
        _path = path;
        FileLength = fileLength;
        _buffer = new byte[Math.Min(fileLength, FirstRead)];
    }

    public long FileLength { get; }

    public int Position { get; private set; }

    public long Remaining => FileLength - Position;

    /// <summary>All bytes up to the position; valid once reading is over.</summary>
    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, Position);

    public uint ReadUInt32(string what) => BinaryPrimitives.ReadUInt32LittleEndian(Take(4, what));

    public ulong ReadUInt64(string what) => BinaryPrimitives.ReadUInt64LittleEndian(Take(8, what));

    /// <summary>Reads a length and skips so many bytes.</summary>
    /// <returns>Where the bytes lie.</returns>
    public (int Start, int Length) ReadString(string what, int limit)
    {
        var at = Position;
        var length = ReadUInt64(what);
        if (length > (ulong)Remaining)
        {
            throw Fault(
                $"{what} claims {length} bytes; {Remaining} are left. The file is damaged or incomplete; get it again.",
                at
            );
        }

        if (length >= (ulong)limit)
        {
            throw Fault($"{what} is {length} bytes long; it must be shorter than {limit}. The file is damaged.", at);
        }

        var start = Position;
        Skip((long)length, what);
        return (start, (int)length);
    }

    public ReadOnlySpan<byte> Slice(int start, int length) => _buffer.AsSpan(start, length);

    /// <summary>The next bytes, without moving on.</summary>
    public ReadOnlySpan<byte> Peek(int count)
    {
        var at = Position;
        var span = Take(count, "the first bytes");
        Position = at;
        return span;
    }

    /// <summary>Moves on over bytes, which are kept.</summary>
    public void Skip(long count, string what) => Take(count, what);

    public ModelFileException Fault(string problem, long? offset = null, Exception? cause = null) =>
        new(_path, problem, offset ?? Position, cause);

    private ReadOnlySpan<byte> Take(long count, string what)
    {
        if (count > Remaining)
        {
            throw Fault(
                $"the file ends inside {what}: {count} bytes are needed, {Remaining} are left. The file is incomplete; get it again."
            );
        }

        if (Position + count > HeaderLimit)
        {
            throw Fault(
                $"{what} makes the header larger than {HeaderLimit >> 20} MiB. The file is damaged or hostile."
            );
        }

        var end = Position + (int)count;
        if (end > _filled)
        {
            Fill(end, what);
        }

        var span = _buffer.AsSpan(Position, (int)count);
        Position = end;
        return span;
    }

    private void Fill(int end, string what)
    {
        if (end > _buffer.Length)
        {
            var size = (int)Math.Min(Math.Min(Math.Max(end, 2L * _buffer.Length), FileLength), HeaderLimit);
            Array.Resize(ref _buffer, size);
        }

        while (_filled < end)
        {
            int read;
            try
            {
                read = _stream.Read(_buffer, _filled, _buffer.Length - _filled);
            }
            catch (IOException error)
            {
                throw Fault($"reading failed: {error.Message}", _filled, error);
            }

            if (read == 0)
            {
                throw Fault(
                    $"the file ends inside {what}, though its length was {FileLength} bytes when it was opened."
                );
            }

            _filled += read;
        }
    }
}
