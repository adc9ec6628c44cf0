using System.Buffers.Binary;
using System.Text;

namespace LocalSlm.Gguf.Format;

/// <summary>The strings of an array, read one after another out of the file's bytes.</summary>
/// <param name="payload">Encoded strings, checked before: each a 64-bit length and its bytes.</param>
/// <param name="count">How many.</param>
internal readonly struct GgufStrings(ReadOnlyMemory<byte> payload, int count)
{
    public int Count => count;

    /// <summary>Decodes all of them, with U+FFFD where bytes are no UTF-8.</summary>
    public string[] ToArray()
    {
        var strings = new string[count];
        var i = 0;
        foreach (var bytes in this)
        {
            strings[i++] = Encoding.UTF8.GetString(bytes);
        }

        return strings;
    }

    /// <summary>The strings as memory, for keeping.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Memories()
    {
        var at = 0;
        for (var i = 0; i < count; i++)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(payload.Span[at..]);
            yield return payload.Slice(at + 8, length);
            at += 8 + length;
        }
    }

    public Enumerator GetEnumerator() => new(payload.Span, count);

    /// <summary>Walks over the strings.</summary>
    internal ref struct Enumerator(ReadOnlySpan<byte> rest, int count)
    {
        private ReadOnlySpan<byte> _rest = rest;
        private int _left = count;

        public ReadOnlySpan<byte> Current { get; private set; }

        public bool MoveNext()
        {
            if (_left == 0)
            {
                return false;
            }

            _left--;
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(_rest);
            Current = _rest.Slice(8, length);
            _rest = _rest[(8 + length)..];
            return true;
        }
    }
}
