using System.Buffers.Binary;

namespace LocalSlm.Onnx.Runtime;

/// <summary>What precedes a saved sequence: for which model it is, and how long it is.</summary>
internal readonly record struct SavedSequence(ulong Fingerprint, int Length)
{
    public const int HeaderBytes = 16;

    private const uint Magic = 0x314F_534C; // "LSO1"

    public void Write(Span<byte> target)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(target, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(target[4..], Length);
        BinaryPrimitives.WriteUInt64LittleEndian(target[8..], Fingerprint);
    }

    public static bool TryRead(ReadOnlySpan<byte> source, out SavedSequence header)
    {
        header = default;
        if (source.Length < HeaderBytes || BinaryPrimitives.ReadUInt32LittleEndian(source) != Magic)
        {
            return false;
        }

        header = new SavedSequence(
            BinaryPrimitives.ReadUInt64LittleEndian(source[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[4..])
        );
        return header.Length >= 0;
    }

    /// <summary>Makes room for a sequence and writes its header.</summary>
    /// <exception cref="InvalidOperationException">It is larger than an array can be.</exception>
    public byte[] Allocate(long bytes)
    {
        if (bytes > Array.MaxLength - HeaderBytes)
        {
            throw new InvalidOperationException(
                $"A sequence of {Length} tokens takes {bytes >> 20} MiB; at most {Array.MaxLength >> 20} MiB can be saved."
            );
        }

        var state = GC.AllocateUninitializedArray<byte>(HeaderBytes + (int)bytes);
        Write(state);
        return state;
    }
}
