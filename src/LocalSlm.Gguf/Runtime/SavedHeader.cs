using System.Buffers.Binary;

namespace LocalSlm.Gguf.Runtime;

/// <summary>What precedes a saved sequence: for which model and layout it is, and how long it is.</summary>
internal readonly record struct SavedHeader(ulong Fingerprint, int Length)
{
    public const int Size = 16;

    private const uint Magic = 0x3153_534C; // "LSS1"

    public void Write(Span<byte> target)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(target, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(target[4..], Length);
        BinaryPrimitives.WriteUInt64LittleEndian(target[8..], Fingerprint);
    }

    public static bool TryRead(ReadOnlySpan<byte> source, out SavedHeader header)
    {
        header = default;
        if (source.Length < Size || BinaryPrimitives.ReadUInt32LittleEndian(source) != Magic)
        {
            return false;
        }

        header = new SavedHeader(
            BinaryPrimitives.ReadUInt64LittleEndian(source[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[4..])
        );
        return header.Length >= 0;
    }
}
