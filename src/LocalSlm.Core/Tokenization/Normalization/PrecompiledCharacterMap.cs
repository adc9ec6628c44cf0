using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace LocalSlm.Tokenization.Normalization;

/// <summary>SentencePiece's compiled normalisation rules: a trie from texts to replacements. They are looked up a grapheme
/// cluster at a time, a long one character by character, and the shortest rule counts: so does Hugging Face's version
/// (tokenizers 0.23), which published vocabularies are used with.</summary>
internal sealed class PrecompiledCharacterMap : ITextNormalizer
{
    /// <summary>Clusters of fewer bytes are looked up whole.</summary>
    private const int LongCluster = 6;

    private readonly DoubleArrayTrie _trie;
    private readonly byte[] _replacements;
    private readonly bool[] _isMapped = new bool[0x10000];
    private readonly ConcurrentDictionary<int, int[]> _decoded = new();

    /// <summary>Reads the rules.</summary>
    /// <param name="bytes">The trie's size in bytes, 32 bits little-endian; the trie; the replacements in UTF-8, each ended by
    /// a zero.</param>
    /// <exception cref="FormatException">They are damaged.</exception>
    public PrecompiledCharacterMap(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 4)
        {
            throw new FormatException($"the rules have {bytes.Length} bytes; they begin with a size of 4");
        }

        var size = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        bytes = bytes[4..];
        if (size > (uint)bytes.Length)
        {
            throw new FormatException($"the trie is said to have {size} bytes, and {bytes.Length} follow");
        }

        _trie = new DoubleArrayTrie(bytes[..(int)(size / 4 * 4)]);
        _replacements = bytes[(int)(size / 4 * 4)..].ToArray();
        if (!System.Text.Unicode.Utf8.IsValid(_replacements))
        {
            throw new FormatException("the replacements are not UTF-8");
        }

        for (var c = 0; c < _isMapped.Length; c++)
        {
            _isMapped[c] = !char.IsSurrogate((char)c) && Find(c) >= 0;
        }
    }

    /// <inheritdoc/>
    public void Normalize(AlignedText text)
    {
        Row row = new(text);
        Span<byte> bytes = stackalloc byte[LongCluster];
        for (var i = 0; i < text.Length; )
        {
            var span = text.Span;
            var c = span[i];
            if (c < 128 && c != '\r' && (i + 1 == span.Length || span[i + 1] < 128))
            {
                row.Next(i, c, _isMapped[c] ? Replacement(Find(c)) : null);
                i++;
                continue;
            }

            var cluster = span.Slice(i, StringInfo.GetNextTextElementLength(span[i..]));
            var first = Surrogates.CodePointAt(cluster, 0, out var length);
            if (length < cluster.Length && Encode(cluster, bytes) is > 0 and < LongCluster and var count)
            {
                if (_trie.FindShortest(bytes[..count]) is >= 0 and var whole && Replacement(whole) is { } replacement)
                {
                    row.Next(i, cluster, replacement);
                    i += cluster.Length;
                    continue;
                }
            }

            for (var end = i + cluster.Length; ; first = text.CodePointAt(i, out length))
            {
                var isMapped = first >= 0x10000 || _isMapped[first];
                row.Next(i, first, isMapped && Find(first) is >= 0 and var found ? Replacement(found) : null);
                i += length;
                if (i >= end)
                {
                    break;
                }
            }
        }

        row.End();
    }

    private static int Encode(ReadOnlySpan<char> cluster, Span<byte> bytes) =>
        System.Text.Encoding.UTF8.TryGetBytes(cluster, bytes, out var count) ? count : 0;

    private int Find(int codePoint)
    {
        Span<byte> bytes = stackalloc byte[4];
        return _trie.FindShortest(bytes[..new Rune(codePoint).EncodeToUtf8(bytes)]);
    }

    private int[]? Replacement(int place)
    {
        if (place < 0 || place > _replacements.Length)
        {
            return null;
        }

        return _decoded.GetOrAdd(
            place,
            static (at, bytes) =>
            {
                var rest = bytes.AsSpan(at);
                var end = rest.IndexOf((byte)0);
                List<int> points = [];
                foreach (var rune in System.Text.Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]).EnumerateRunes())
                {
                    points.Add(rune.Value);
                }

                return [.. points];
            },
            _replacements
        );
    }

    /// <summary>Writes the new text, once the first rule applies. A removed text counts to what was written last.</summary>
    private struct Row(AlignedText text)
    {
        private ChangeWriter _writer;
        private bool _isWriting;
        private int _codePoint = -1;
        private int _change;

        public void Next(int at, int codePoint, int[]? replacement)
        {
            if (replacement is not null)
            {
                Replace(at, 1, replacement);
            }
            else if (_isWriting)
            {
                Push(codePoint, 0);
            }
        }

        public void Next(int at, ReadOnlySpan<char> cluster, int[] replacement)
        {
            var count = 0;
            foreach (var _ in cluster.EnumerateRunes())
            {
                count++;
            }

            Replace(at, count, replacement);
        }

        public void End()
        {
            if (_isWriting)
            {
                Flush();
                text.EndChange();
            }
        }

        private void Replace(int at, int replaced, int[] replacement)
        {
            if (!_isWriting)
            {
                Begin(at);
            }

            for (var i = 0; i < replacement.Length; i++)
            {
                Push(replacement[i], i < replaced ? 0 : 1);
            }

            if (replacement.Length < replaced)
            {
                _change -= replaced - replacement.Length;
            }
        }

        private void Begin(int at)
        {
            _isWriting = true;
            text.BeginChange();
            var last = at;
            if (at > 0)
            {
                last -= at > 1 && char.IsLowSurrogate(text.Span[at - 1]) ? 2 : 1;
            }

            text.Take(0, last);
            _writer = new ChangeWriter(text, last);
            if (last < at)
            {
                Push(text.CodePointAt(last, out _), 0);
            }
        }

        private void Push(int codePoint, int change)
        {
            Flush();
            _codePoint = codePoint;
            _change = change;
        }

        private void Flush()
        {
            if (_codePoint >= 0)
            {
                _writer.Put(_codePoint, _change);
            }

            // What is removed before anything was written is counted nowhere.
            _codePoint = -1;
            _change = 0;
        }
    }
}
