using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using LocalSlm.Loading;

namespace LocalSlm.Gguf.Format;

/// <summary>Reads and checks the header of one GGUF file: every length, count, offset and type before it is used. What the
/// container is silent about (whether the model makes sense) is left to <c>GgufModelCheck</c>.</summary>
internal static partial class GgufReader
{
    // gguf.cpp (llama.cpp v0.4.0) compares every key with every other, and every tensor name too: without a bound a hostile
    // file would keep it busy for hours. The largest published models have about 50,000 tensors (unfused experts).
    private const int MaxKeys = 1 << 16;
    private const int MaxTensors = 1 << 17;

    /// <summary>Deeper arrays of arrays are refused, so that reading never runs out of stack.</summary>
    private const int MaxArrayDepth = 4;

    private static readonly UTF8Encoding StrictUtf8 = new(
        encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true
    );

    /// <summary>Reads a file's header.</summary>
    /// <exception cref="ModelNotFoundException">Nothing lies at the path.</exception>
    /// <exception cref="ModelFileException">It is no sound GGUF file, or may not be read.</exception>
    public static GgufFile Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var stamp = FileStamp.Take(path);
        using var stream = Open(path);
        var file = Read(stream, path);
        file.Stamp = stamp;
        return file;
    }

    /// <summary>Reads a header from a stream that stands at the file's start and knows its length.</summary>
    /// <param name="stream">The stream; it stays open.</param>
    /// <param name="path">The name for messages.</param>
    public static GgufFile Read(Stream stream, string path) => Read(stream, path, stream.Length);

    /// <summary>Reads a header from a stream that stands at the file's start and may hold no more than the header.</summary>
    /// <param name="stream">The stream; it stays open.</param>
    /// <param name="path">The name for messages.</param>
    /// <param name="fileLength">The length of the whole file, in bytes.</param>
    public static GgufFile Read(Stream stream, string path, long fileLength)
    {
        var cursor = new GgufCursor(stream, path, fileLength);
        ReadMagic(cursor);
        var version = ReadVersion(cursor);
        var at = cursor.Position;
        var tensorCount = cursor.ReadUInt64("the number of tensors");
        var keyCount = cursor.ReadUInt64("the number of metadata values");

        // A value takes at least 14 bytes (key length, one letter, type, one byte), a tensor at least 33.
        CheckCount(cursor, "metadata values", keyCount, 14, MaxKeys, at + 8);
        CheckCount(cursor, "tensors", tensorCount, 33, MaxTensors, at);
        var entries = new List<Entry>((int)keyCount);
        var keys = new HashSet<string>((int)keyCount, StringComparer.Ordinal);
        for (var i = 0; i < (int)keyCount; i++)
        {
            entries.Add(ReadEntry(cursor, keys, i));
        }

        var alignment = FindAlignment(cursor, entries);
        var tensors = ReadTensors(cursor, (int)tensorCount, alignment, out var dataOffset);
        var bytes = cursor.Bytes;
        var values = new Dictionary<string, GgufValue>(entries.Count, StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            values.Add(
                entry.Key,
                new(entry.Type, entry.ElementType, entry.Count, bytes[entry.Start..entry.End], entry.Start)
            );
        }

        return new(path, version, cursor.FileLength, dataOffset, [.. entries.Select(e => e.Key)], values, tensors);
    }

    private static FileStream Open(string path)
    {
        try
        {
            // No buffer here: the cursor has its own.
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ModelNotFoundException(
                path,
                $"no file lies at '{System.IO.Path.GetFullPath(path)}'. Check the path.",
                error
            );
        }
        catch (UnauthorizedAccessException error)
        {
            throw Directory.Exists(path)
                ? new ModelFileException(path, "this is a folder. Give the path of the .gguf file in it.", null, error)
                : new ModelFileException(
                    path,
                    $"no permission to read it. Let the user '{Environment.UserName}' read the file and enter its folders.",
                    null,
                    error
                );
        }
        catch (IOException error)
        {
            throw new ModelFileException(path, $"it cannot be opened: {error.Message}", null, error);
        }
    }

    private static void ReadMagic(GgufCursor cursor)
    {
        if (cursor.FileLength == 0)
        {
            throw cursor.Fault("the file is empty. Get it again.");
        }

        var start = cursor.Peek((int)Math.Min(cursor.FileLength, ForeignFormat.ProbeBytes));
        if (start.Length < 4 || !start[..4].SequenceEqual("GGUF"u8))
        {
            throw cursor.Fault(ForeignFormat.Describe(start), 0);
        }

        cursor.Skip(4, "the magic number");
    }

    private static uint ReadVersion(GgufCursor cursor)
    {
        var at = cursor.Position;
        var version = cursor.ReadUInt32("the version");

        // A big-endian 3 reads as 0x03000000: the test that gguf.cpp uses too.
        if ((version & 0xFFFF) == 0 && version != 0)
        {
            throw cursor.Fault(
                "the file is big-endian. Only little-endian files are read; convert it with gguf_convert_endian.py, or get the usual one.",
                at
            );
        }

        if (version is < GgufFormat.OldestVersion or > GgufFormat.NewestVersion)
        {
            throw cursor.Fault(
                version > GgufFormat.NewestVersion
                    ? $"GGUF version {version}; versions 2 and 3 are read. The file is newer than this library: update the library, or get an older file."
                    : $"GGUF version {version}; versions 2 and 3 are read. Convert the model again with a current converter.",
                at
            );
        }

        return version;
    }

    private static void CheckCount(GgufCursor cursor, string what, ulong count, int leastBytes, int limit, int at)
    {
        if (count > (ulong)(cursor.Remaining / leastBytes))
        {
            throw cursor.Fault(
                $"the header claims {count} {what}; the {cursor.Remaining} bytes left cannot hold them. The file is damaged or incomplete; get it again.",
                at
            );
        }

        if (count > (ulong)limit)
        {
            throw cursor.Fault($"the header claims {count} {what}; at most {limit} are read.", at);
        }
    }

    private static Entry ReadEntry(GgufCursor cursor, HashSet<string> keys, int index)
    {
        var at = cursor.Position;
        var (start, length) = cursor.ReadString($"the key of metadata value {index}", GgufFormat.KeyLimit);
        var key = DecodeName(cursor, start, length, "the key of metadata value", index);
        if (!keys.Add(key))
        {
            throw cursor.Fault($"the key '{key}' is there twice. The file is damaged.", at);
        }

        at = cursor.Position;
        var type = (GgufValueType)cursor.ReadUInt32("the type of a value");
        if (type == GgufValueType.Array)
        {
            var (elementType, count) = ReadArrayHead(cursor, key);
            var from = cursor.Position;
            SkipElements(cursor, key, elementType, count, 1);
            return new(key, type, elementType, count, from, cursor.Position);
        }

        if (type == GgufValueType.String)
        {
            var (from, bytes) = cursor.ReadString($"the value of '{key}'", int.MaxValue);
            return new(key, type, type, 1, from, from + bytes);
        }

        var size = GgufFormat.SizeOf(type);
        if (size == 0)
        {
            throw cursor.Fault(
                $"the value of '{key}' has the type {(uint)type}; types are 0 to 12. The file is damaged.",
                at
            );
        }

        cursor.Skip(size, "a value");
        return new(key, type, type, 1, cursor.Position - size, cursor.Position);
    }

    private static (GgufValueType ElementType, int Count) ReadArrayHead(GgufCursor cursor, string key)
    {
        var at = cursor.Position;
        var type = (GgufValueType)cursor.ReadUInt32("the type of an array");
        var count = cursor.ReadUInt64("the length of an array");
        var least = type switch
        {
            GgufValueType.String => 8, // its length
            GgufValueType.Array => 12, // its type and length
            _ => GgufFormat.SizeOf(type),
        };
        if (least == 0)
        {
            throw cursor.Fault(
                $"the array '{key}' has elements of type {(uint)type}; types are 0 to 12. The file is damaged.",
                at
            );
        }

        if (count > (ulong)(cursor.Remaining / least))
        {
            throw cursor.Fault(
                $"the array '{key}' claims {count} elements; the {cursor.Remaining} bytes left cannot hold them. The file is damaged or incomplete; get it again.",
                at + 4
            );
        }

        if (count > int.MaxValue)
        {
            throw cursor.Fault($"the array '{key}' has {count} elements; at most {int.MaxValue} are read.", at + 4);
        }

        return (type, (int)count);
    }

    private static void SkipElements(GgufCursor cursor, string key, GgufValueType type, int count, int depth)
    {
        switch (type)
        {
            case GgufValueType.String:
                for (var i = 0; i < count; i++)
                {
                    cursor.ReadString("a string of an array", int.MaxValue);
                }

                break;
            case GgufValueType.Array when depth >= MaxArrayDepth:
                throw cursor.Fault($"the array '{key}' is nested deeper than {MaxArrayDepth} levels.");
            case GgufValueType.Array:
                for (var i = 0; i < count; i++)
                {
                    var (innerType, innerCount) = ReadArrayHead(cursor, key);
                    SkipElements(cursor, key, innerType, innerCount, depth + 1);
                }

                break;
            default:
                cursor.Skip((long)count * GgufFormat.SizeOf(type), "an array");
                break;
        }
    }

    private static long FindAlignment(GgufCursor cursor, List<Entry> entries)
    {
        foreach (var entry in entries)
        {
            if (entry.Key != "general.alignment")
            {
                continue;
            }

            if (entry.Type != GgufValueType.UInt32)
            {
                throw cursor.Fault($"'general.alignment' is of type {entry.Type}; it must be UInt32.", entry.Start);
            }

            var alignment = BinaryPrimitives.ReadUInt32LittleEndian(cursor.Slice(entry.Start, 4));
            if (!BitOperations.IsPow2(alignment))
            {
                throw cursor.Fault($"'general.alignment' is {alignment}; it must be a power of two.", entry.Start);
            }

            return alignment;
        }

        return GgufFormat.DefaultAlignment;
    }

    private readonly record struct Entry(
        string Key,
        GgufValueType Type,
        GgufValueType ElementType,
        int Count,
        int Start,
        int End
    );

    private readonly record struct TensorHead(
        string Name,
        GgmlType Type,
        long[] Dimensions,
        ulong Offset,
        int OffsetPosition,
        long Bytes
    );
}
