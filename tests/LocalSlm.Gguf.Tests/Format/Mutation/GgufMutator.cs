using System.Buffers.Binary;

namespace LocalSlm.Tests.Format.Mutation;

/// <summary>Damages a sound file in ways that downloads, disks and attackers do; the same seed gives the same damage.</summary>
internal sealed class GgufMutator(byte[] file)
{
    private static readonly ulong[] Telling =
    [
        0,
        1,
        2,
        3,
        4,
        5,
        7,
        8,
        9,
        12,
        13,
        16,
        31,
        32,
        33,
        42,
        43,
        63,
        64,
        65,
        127,
        128,
        255,
        256,
        512,
        513,
        1024,
        1025,
        65535,
        65536,
        0x7FFFFFFF,
        0x80000000,
        0xFFFFFFFF,
        0x100000000,
        0x7F800000,
        0x7FC00000,
        0xFF800000,
        0x3F800000,
        0x7FFFFFFFFFFFFFFF,
        0x8000000000000000,
        0xFFFFFFFFFFFFFFFF,
        0xFFFFFFFFFFFFFFF8,
        0x2000000000000001,
    ];

    private readonly (IReadOnlyList<HeaderField> Fields, int HeaderLength) _header = HeaderFields.Find(file);
    private readonly GgufDraft _draft = GgufDraft.From(file);

    /// <summary>Makes a damaged copy.</summary>
    public byte[] Mutate(int seed)
    {
        var random = new Random(seed);
        return random.Next(10) switch
        {
            0 => FlipBits(random),
            1 => Truncate(random),
            2 or 3 => ChangeField(random),
            _ => new DraftMutation(_draft, random).Apply() ?? ChangeField(random),
        };
    }

    private byte[] FlipBits(Random random)
    {
        var copy = file.ToArray();
        for (var flips = random.Next(1, 4); flips > 0; flips--)
        {
            copy[random.Next(_header.HeaderLength)] ^= (byte)(1 << random.Next(8));
        }

        return copy;
    }

    private byte[] Truncate(Random random)
    {
        var length = random.Next(4) == 0 ? random.Next(file.Length) : random.Next(_header.HeaderLength);
        return random.Next(8) == 0 ? [.. file, .. new byte[random.Next(100)]] : file[..length];
    }

    private byte[] ChangeField(Random random)
    {
        var copy = file.ToArray();
        Span<byte> bytes = stackalloc byte[8];
        Span<byte> bytes = stackalloc byte[8];
        for (var changes = random.Next(1, 3); changes > 0; changes--)
        {
            var field = _header.Fields[random.Next(_header.Fields.Count)];
            var span = copy.AsSpan(field.Offset, field.Length);
            if (field.Length is not (1 or 2 or 4 or 8))
            {
                span[random.Next(span.Length)] = (byte)random.Next(256);
                continue;
            }

            bytes.Clear();
            span.CopyTo(bytes);
            var value = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            value = random.Next(5) switch
            {
                0 => value + 1,
                1 => value - 1,
                2 => value * 2,
                3 => (ulong)random.NextInt64(),
                _ => Telling[random.Next(Telling.Length)],
            };
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
            bytes[..field.Length].CopyTo(span);
        }

        return copy;
    }
}
