using System.Globalization;

namespace LocalSlm.Onnx.Format.Graph;

/// <summary>Reads the form of a stored tensor and passes over its data. (Field numbers: <c>TensorProto</c> of onnx.proto3,
/// ONNX 1.20.)</summary>
internal static class OnnxTensorReader
{
    private const int MostEntries = 16;

    public static OnnxStoredTensor Read(ProtobufCursor cursor, Func<string> readName, int mostDimensions)
    {
        var name = "";
        var type = 0L;
        List<long> dimensions = [];
        long? raw = null;
        var other = 0L;
        var isExternal = false;
        Dictionary<string, string>? entries = null;
        var start = cursor.Position;
        var outer = cursor.Enter();
        while (cursor.Next())
        {
            switch (cursor.Field)
            {
                case 1:
                    ReadDimensions(cursor, dimensions, mostDimensions);
                    break;
                case 2:
                    type = (long)cursor.Number;
                    break;
                case 4 or 5 or 6 or 7 or 10 or 11:
                    other += cursor.HasBytes ? cursor.Length : 8;
                    break;
                case 8:
                    name = readName();
                    break;
                case 9:
                    raw = cursor.HasBytes ? cursor.Length : throw cursor.Fault("raw data are a number.");
                    break;
                case 13:
                    ReadEntry(cursor, entries ??= new(StringComparer.Ordinal), readName);
                    break;
                case 14:
                    isExternal = cursor.Number == 1;
                    break;
            }
        }

        cursor.Leave(outer);
        if (!OnnxElementType.IsKnown(type))
        {
            throw cursor.Fault(
                $"the tensor '{name}' has the element type {type}, which is unknown. The file is damaged, or newer than this version.",
                start
            );
        }

        var elements = Count(cursor, name, dimensions, start);
        var bits = OnnxElementType.Bits((int)type);
        var bytes = bits == 0 ? other : (elements * bits + 7) / 8;
        if (raw is { } there && !isExternal && bits > 0 && there != bytes)
        {
            throw cursor.Fault(
                $"the tensor '{name}' stores {there} bytes; its type and dimensions make {bytes}. The file is damaged.",
                start
            );
        }

        // Numbers stored one by one take at least a byte each.
        if (raw is null && !isExternal && other < Math.Min(elements, bytes))
        {
            throw cursor.Fault(
                $"the tensor '{name}' has {elements} elements and stores {other} bytes. The file is damaged.",
                start
            );
        }

        var external = isExternal ? External(cursor, name, entries, bytes, start) : null;
        return new(name, (int)type, dimensions, elements, bytes, external);
    }

    private static void ReadDimensions(ProtobufCursor cursor, List<long> dimensions, int most)
    {
        if (!cursor.HasBytes)
        {
            Add((long)cursor.Number);
            return;
        }

        var outer = cursor.Enter();
        while (cursor.NextPacked(out var value))
        {
            Add((long)value);
        }

        cursor.Leave(outer);

        void Add(long value)
        {
            if (dimensions.Count >= most)
            {
                throw cursor.Fault($"a tensor has more than {most} dimensions. The file is damaged.");
            }

            dimensions.Add(value);
        }
    }

    private static long Count(ProtobufCursor cursor, string name, List<long> dimensions, long start)
    {
        // Far above any model, and far below where the arithmetic of bits would overflow.
        const long most = 1L << 48;
        var elements = 1L;
        foreach (var dimension in dimensions)
        {
            if (dimension < 0 || (dimension > 0 && elements > most / dimension))
            {
                throw cursor.Fault(
                    $"the tensor '{name}' has the dimensions [{string.Join(", ", dimensions)}]; none may be negative, nor their product more than {most}. The file is damaged.",
                    start
                );
            }

            elements *= dimension;
        }

        return elements;
    }

    private static void ReadEntry(ProtobufCursor cursor, Dictionary<string, string> entries, Func<string> readName)
    {
        var (key, value) = ("", "");
        var outer = cursor.Enter();
        while (cursor.Next())
        {
            switch (cursor.Field)
            {
                case 1:
                    key = readName();
                    break;
                case 2:
                    value = readName();
                    break;
            }
        }

        cursor.Leave(outer);
        if (entries.Count >= MostEntries)
        {
            throw cursor.Fault($"a tensor says more than {MostEntries} things about its data. The file is damaged.");
        }

        entries[key] = value;
    }

    private static ExternalData External(
        ProtobufCursor cursor,
        string name,
        Dictionary<string, string>? entries,
        long bytes,
        long start
    )
    {
        if (entries?.GetValueOrDefault("location") is not { Length: > 0 } location)
        {
            throw cursor.Fault($"the tensor '{name}' is external but names no file. The file is damaged.", start);
        }

        var offset = Number("offset") ?? 0;
        var length = Number("length") ?? bytes;
        return length == bytes
            ? new(location, offset, length)
            : throw cursor.Fault(
                $"the tensor '{name}' has {length} bytes in '{location}'; its type and dimensions make {bytes}. The file is damaged.",
                start
            );

        long? Number(string key)
        {
            if (entries.GetValueOrDefault(key) is not { } text)
            {
                return null;
            }

            return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number
                : throw cursor.Fault(
                    $"the tensor '{name}' has the {key} '{text}' in '{location}'; it must be a whole number of at least 0. The file is damaged.",
                    start
                );
        }
    }
}
