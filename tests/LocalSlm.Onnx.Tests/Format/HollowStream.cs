namespace LocalSlm.Tests.Format;

/// <summary>A long stream of zeros between two ends, which counts what is read of it.</summary>
internal sealed class HollowStream(byte[] head, long zeros, byte[] tail) : Stream
{
    public long BytesRead { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => head.Length + zeros + tail.Length;

    public override long Position { get; set; }

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = 0;
        for (; read < count && Position < Length; read++, Position++)
        {
            buffer[offset + read] =
                Position < head.Length ? head[Position]
                : Position < head.Length + zeros ? (byte)0
                : tail[Position - head.Length - zeros];
        }

        BytesRead += read;
        return read;
    }

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
