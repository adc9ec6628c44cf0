namespace LocalSlm.Tests.Format;

/// <summary>A stream that claims any length and holds only its beginning; the rest is zeros.</summary>
internal sealed class SparseStream(byte[] start, long length) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position { get; set; }

    public override int Read(byte[] buffer, int offset, int count)
    {
        var left = (int)Math.Min(count, length - Position);
        for (var i = 0; i < left; i++, Position++)
        {
            buffer[offset + i] = Position < start.Length ? start[Position] : (byte)0;
        }

        return left;
    }

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
