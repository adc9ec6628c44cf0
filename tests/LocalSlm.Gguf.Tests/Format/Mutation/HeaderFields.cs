using System.Buffers.Binary;

namespace LocalSlm.Tests.Format.Mutation;

/// <summary>Finds where each field of a sound header lies, so that a mutation can aim. It knows nothing of the reader under test.</summary>
internal static class HeaderFields
{
    /// <summary>The fields; of long arrays only the first few elements.</summary>
    public static (IReadOnlyList<HeaderField> Fields, int HeaderLength) Find(ReadOnlySpan<byte> file)
    {
        var fields = new List<HeaderField> { new(0, 4), new(4, 4), new(8, 8), new(16, 8) };
        var tensors = (int)BinaryPrimitives.ReadUInt64LittleEndian(file[8..]);
        var values = (int)BinaryPrimitives.ReadUInt64LittleEndian(file[16..]);
        var at = 24;
        for (var i = 0; i < values; i++)
        {
            at = AddString(file, fields, at, true);
            fields.Add(new(at, 4));
            var type = BinaryPrimitives.ReadUInt32LittleEndian(file[at..]);
            at = AddValue(file, fields, at + 4, type);
        }

        for (var i = 0; i < tensors; i++)
        {
            at = AddString(file, fields, at, true);
            fields.Add(new(at, 4));
            var dimensions = (int)BinaryPrimitives.ReadUInt32LittleEndian(file[at..]);
            at += 4;
            for (var d = 0; d < dimensions; d++, at += 8)
            {
                fields.Add(new(at, 8));
            }

            fields.Add(new(at, 4));
            fields.Add(new(at + 4, 8));
            at += 12;
        }

        return (fields, at);
    }

    private static int AddValue(ReadOnlySpan<byte> file, List<HeaderField> fields, int at, uint type)
    {
        if (type == 8)
        {
            return AddString(file, fields, at, true);
        }

        if (type != 9)
        {
            fields.Add(new(at, SizeOf(type)));
            return at + SizeOf(type);
        }

        fields.Add(new(at, 4));
        fields.Add(new(at + 4, 8));
        var elementType = BinaryPrimitives.ReadUInt32LittleEndian(file[at..]);
        var count = (int)BinaryPrimitives.ReadUInt64LittleEndian(file[(at + 4)..]);
        at += 12;
        for (var i = 0; i < count; i++)
        {
            if (elementType == 8)
            {
                at = AddString(file, fields, at, i < 4);
                continue;
            }

            if (i < 4)
            {
                fields.Add(new(at, SizeOf(elementType)));
            }

            at += SizeOf(elementType);
        }

        return at;
    }

    private static int AddString(ReadOnlySpan<byte> file, List<HeaderField> fields, int at, bool note)
    {
        var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file[at..]);
        if (note)
        {
            fields.Add(new(at, 8));
            if (length > 0)
            {
                fields.Add(new(at + 8, Math.Min(length, 64)));
            }
        }

        return at + 8 + length;
    }

    private static int SizeOf(uint type) =>
        type switch
        {
            0 or 1 or 7 => 1,
            2 or 3 => 2,
            4 or 5 or 6 => 4,
            _ => 8,
        };
}
