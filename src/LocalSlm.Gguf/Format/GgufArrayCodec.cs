using System.Buffers.Binary;

namespace LocalSlm.Gguf.Format;

/// <summary>Walks over encoded arrays that were checked, or made, before.</summary>
internal static class GgufArrayCodec
{
    /// <summary>Reads one array: element type, count, elements.</summary>
    public static GgufValue Read(ReadOnlyMemory<byte> bytes, ref int at)
    {
        var elementType = (GgufValueType)BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span[at..]);
        var count = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes.Span[(at + 4)..]);
        at += 12;
        var start = at;
        var size = GgufFormat.SizeOf(elementType);
        if (size > 0)
        {
            at += count * size;
        }
        else
        {
            for (var i = 0; i < count; i++)
            {
                if (elementType == GgufValueType.String)
                {
                    at += 8 + (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes.Span[at..]);
                }
                else
                {
                    Read(bytes, ref at);
                }
            }
        }

        return new(GgufValueType.Array, elementType, count, bytes[start..at]);
    }
}
