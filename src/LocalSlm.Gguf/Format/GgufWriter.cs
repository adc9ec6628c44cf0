using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace LocalSlm.Gguf.Format;

/// <summary>Writes a GGUF file: metadata, then tensors in the order they were added, contiguous and padded as ggml demands.
/// Not safe for concurrent use.</summary>
internal sealed class GgufWriter
{
    private readonly List<KeyValuePair<string, GgufValue>> _metadata = [];
    private readonly HashSet<string> _keys = [];
    private readonly List<GgufTensorSource> _tensors = [];
    private readonly HashSet<string> _tensorNames = [];
    private readonly uint _alignment;
    private readonly uint _version;

    /// <summary>Creates a writer.</summary>
    /// <param name="alignment">Bytes that tensor data is aligned to: a power of two, 8 or more. It is written into the file
    /// where it is not the default.</param>
    /// <param name="version">The format's version, 2 or 3.</param>
    public GgufWriter(uint alignment = GgufFormat.DefaultAlignment, uint version = GgufFormat.NewestVersion)
    {
        if (!BitOperations.IsPow2(alignment) || alignment < 8)
        {
            throw new ArgumentOutOfRangeException(nameof(alignment), alignment, "A power of two, 8 or more.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(version, GgufFormat.OldestVersion);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(version, GgufFormat.NewestVersion);
        _alignment = alignment;
        _version = version;
        if (alignment != GgufFormat.DefaultAlignment)
        {
            Add("general.alignment", alignment);
        }
    }

    /// <summary>Adds a metadata value. llama.cpp is strict about types: counts and sizes are <see cref="uint"/>.</summary>
    /// <param name="key">Its key: not empty, shorter than 64 KiB, not yet there.</param>
    /// <param name="value">Its value.</param>
    public GgufWriter Add(string key, GgufValue value)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentNullException.ThrowIfNull(value);
        if (Encoding.UTF8.GetByteCount(key) >= GgufFormat.KeyLimit)
        {
            throw new ArgumentException(
                $"The key is {key.Length} characters long; the limit is 65535 bytes.",
                nameof(key)
            );
        }

        if (!_keys.Add(key))
        {
            throw new ArgumentException($"The key '{key}' was added before.", nameof(key));
        }

        _metadata.Add(new(key, value));
        return this;
    }

    /// <summary>Adds a tensor whose data is in memory.</summary>
    /// <param name="name">Its name, shorter than 64 bytes, not yet there.</param>
    /// <param name="type">The number format of the data.</param>
    /// <param name="dimensions">1 to 4 sizes, the fastest-changing first (a matrix: columns, rows). The first is a multiple of
    /// the format's block.</param>
    /// <param name="data">The encoded data, kept until it is written.</param>
    public GgufWriter AddTensor(string name, GgmlType type, ReadOnlySpan<long> dimensions, ReadOnlyMemory<byte> data)
    {
        var bytes = GgufTensorSource.ByteCount(type, dimensions);
        if (data.Length != bytes)
        {
            throw new ArgumentException(
                $"Tensor '{name}' takes {bytes} bytes; {data.Length} were given.",
                nameof(data)
            );
        }

        return AddTensor(name, type, dimensions, stream => stream.Write(data.Span));
    }

    /// <summary>Adds a tensor whose data is written when the file is: for data too large to be kept in memory.</summary>
    /// <param name="name">Its name, shorter than 64 bytes, not yet there.</param>
    /// <param name="type">The number format of the data.</param>
    /// <param name="dimensions">1 to 4 sizes, the fastest-changing first (a matrix: columns, rows). The first is a multiple of
    /// the format's block.</param>
    /// <param name="writeData">Writes exactly the tensor's bytes to the stream.</param>
    public GgufWriter AddTensor(string name, GgmlType type, ReadOnlySpan<long> dimensions, Action<Stream> writeData)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(writeData);
        if (Encoding.UTF8.GetByteCount(name) >= GgufFormat.TensorNameLimit)
        {
            throw new ArgumentException($"The tensor name '{name}' is longer than 63 bytes.", nameof(name));
        }

        var bytes = GgufTensorSource.ByteCount(type, dimensions);
        if (!_tensorNames.Add(name))
        {
            throw new ArgumentException($"The tensor '{name}' was added before.", nameof(name));
        }

        _tensors.Add(new(name, type, dimensions.ToArray(), bytes, writeData));
        return this;
    }

    /// <summary>Writes the file under a temporary name beside its place, then moves it there, so that a half-written file is
    /// never seen under the final name. A file already there is replaced.</summary>
    /// <param name="path">Where the file shall be; its folder must exist.</param>
    public void Write(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
            {
                Write(file);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Writes the file to a stream, which need not be seekable.</summary>
    public void Write(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var counted = new CountingStream(stream);
        WriteHeader(counted);
        foreach (var tensor in _tensors)
        {
            var start = counted.Written;
            tensor.WriteData(counted);
            if (counted.Written - start != tensor.Bytes)
            {
                throw new InvalidOperationException(
                    $"Tensor '{tensor.Name}' takes {tensor.Bytes} bytes; {counted.Written - start} were written."
                );
            }

            WritePadding(counted);
        }
    }

    private static void WriteString(Stream stream, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        WriteUInt64(stream, (ulong)bytes.Length);
        stream.Write(bytes);
    }

    private static void WriteUInt32(Stream stream, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        stream.Write(bytes);
    }

    private static void WriteUInt64(Stream stream, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        stream.Write(bytes);
    }

    private void WriteHeader(CountingStream stream)
    {
        WriteUInt32(stream, GgufFormat.Magic);
        WriteUInt32(stream, _version);
        WriteUInt64(stream, (ulong)_tensors.Count);
        WriteUInt64(stream, (ulong)_metadata.Count);
        foreach (var (key, value) in _metadata)
        {
            WriteString(stream, key);
            WriteUInt32(stream, (uint)value.Type);
            value.WriteTo(stream);
        }

        var offset = 0L;
        foreach (var tensor in _tensors)
        {
            WriteString(stream, tensor.Name);
            WriteUInt32(stream, (uint)tensor.Dimensions.Length);
            foreach (var dimension in tensor.Dimensions)
            {
                WriteUInt64(stream, (ulong)dimension);
            }

            WriteUInt32(stream, (uint)tensor.Type);
            WriteUInt64(stream, (ulong)offset);
            offset = GgufFormat.Pad(checked(offset + tensor.Bytes), _alignment);
        }

        if (_tensors.Count > 0)
        {
            WritePadding(stream);
        }
    }

    private void WritePadding(CountingStream stream)
    {
        Span<byte> zeros = stackalloc byte[256];
        zeros.Clear();
        for (var left = GgufFormat.Pad(stream.Written, _alignment) - stream.Written; left > 0; )
        {
            var part = (int)Math.Min(left, zeros.Length);
            stream.Write(zeros[..part]);
            left -= part;
        }
    }
}
