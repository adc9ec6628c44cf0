namespace LocalSlm.Gguf.Format;

/// <summary>Reads a header from a stream that holds only the beginning of a file, such as a download: as much as the header needs, and
/// no more than it may be long.</summary>
internal static class HeaderPrefix
{
    private const int FirstRead = 1 << 20;

    /// <summary>Reads a header.</summary>
    /// <param name="stream">The file's beginning; it need not tell its length.</param>
    /// <param name="name">The name for messages.</param>
    /// <param name="fileBytes">The length of the whole file.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<GgufFile> ReadAsync(
        Stream stream,
        string name,
        long fileBytes,
        CancellationToken cancellationToken
    )
    {
        var bytes = new byte[(int)Math.Min(fileBytes, FirstRead)];
        var filled = 0;
        while (true)
        {
            var read = await FillAsync(stream, bytes.AsMemory(filled), name, cancellationToken).ConfigureAwait(false);
            filled += read;
            var isAll = filled < bytes.Length || filled == fileBytes;
            try
            {
                using var prefix = new PrefixStream(bytes, filled, isAll);
                return GgufReader.Read(prefix, name, fileBytes);
            }
            catch (PrefixEndException)
            {
                // Twice as much each time: the header is read at most twice as often as if its length had been known. The reader
                // refuses headers beyond its own limit, so that this ends.
                Array.Resize(ref bytes, (int)Math.Min(Math.Min(fileBytes, 2L * bytes.Length), Array.MaxLength));
            }
        }
    }

    private static async Task<int> FillAsync(
        Stream stream,
        Memory<byte> buffer,
        string name,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await stream
                .ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (IOException error)
        {
            throw new ModelFileException(name, $"reading its header failed: {error.Message}", null, error);
        }
    }

    /// <summary>The bytes that are there; who reads beyond them is told so, unless the source has ended.</summary>
    private sealed class PrefixStream(byte[] bytes, int filled, bool isAll) : Stream
    {
        private int _position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => filled;

        public override long Position
        {
            get => _position;
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var taken = Math.Min(count, filled - _position);
            if (taken == 0 && count > 0 && !isAll)
            {
                throw new PrefixEndException();
            }

            Array.Copy(bytes, _position, buffer, offset, taken);
            _position += taken;
            return taken;
        }

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }

#pragma warning disable CA1032, CA1064 // Never leaves this class.
    private sealed class PrefixEndException : Exception;
#pragma warning restore CA1032, CA1064
}
