using System.Buffers.Binary;

namespace LocalSlm.Tokenization.Normalization;

/// <summary>Darts' double-array trie over bytes, as SentencePiece stores it (sentencepiece, third_party/darts_clone/darts.h):
/// 32-bit units with bit 8 "a value follows", bits 10 and up an offset (times 256 with bit 9), and a label.</summary>
internal sealed class DoubleArrayTrie
{
    private readonly uint[] _units;

    /// <summary>Reads a trie.</summary>
    /// <param name="bytes">Its units, little-endian.</param>
    public DoubleArrayTrie(ReadOnlySpan<byte> bytes)
    {
        _units = new uint[bytes.Length / 4];
        for (var i = 0; i < _units.Length; i++)
        {
            _units[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(4 * i)..]);
        }
    }

    /// <summary>Finds the shortest key that a text begins with. A damaged trie finds nothing, but never fails.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The key's value, or -1.</returns>
    public int FindShortest(ReadOnlySpan<byte> text)
    {
        var at = Offset(Unit(0));
        foreach (var value in text)
        {
            if (value == 0)
            {
                return -1;
            }

            at ^= value;
            var unit = Unit(at);
            if ((unit & 0x800000FF) != value)
            {
                return -1;
            }

            at ^= Offset(unit);
            if ((unit & 0x100) != 0)
            {
                return (int)(Unit(at) & 0x7FFFFFFF);
            }
        }

        return -1;
    }

    private static uint Offset(uint unit) => (unit >> 10) << (int)((unit & 0x200) >> 6);

    // A label never equals the unit that stands for "beyond the end", so a walk ends there.
    private uint Unit(uint index) => index < (uint)_units.Length ? _units[index] : 0x80000000;
}
