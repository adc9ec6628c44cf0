using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace LocalSlm.Tokenization.Bpe;

/// <summary>Byte-pair encoding over the characters of a piece.</summary>
internal sealed class BpeModel : ITokenModel
{
    private const int MostKeptMergers = 64;
    private const int MostPooled = 1 << 16;
    private const int MostAffixCharacters = 64;
    private const char SpaceMark = '\u2581';
    private const byte MergesToItself = 1;
    private const byte MergesToOthers = 2;

    private readonly BpeOptions _options;
    private readonly int _unknown;
    private readonly int[]? _byteTokens;
    private readonly bool _cutsAtSpaces;
    private readonly byte[] _merged;
    private readonly ConcurrentBag<SymbolMerger> _mergers = [];

    /// <summary>Makes a model.</summary>
    /// <exception cref="FormatException">The unknown token is not in the vocabulary, or the marks of words are too long.</exception>
    public BpeModel(Utf8Vocabulary vocabulary, MergeTable merges, BpeOptions options)
    {
        Vocabulary = vocabulary;
        Merges = merges;
        _options = options;
        _unknown = options.UnknownToken is { } unknown ? vocabulary.Find(unknown) : -1;
        if (options.UnknownToken is { } name && _unknown < 0 && !HasAllBytes(vocabulary))
        {
            throw new FormatException($"The unknown token '{name}' is not in the vocabulary.");
        }

        if (Math.Max(options.ContinuingPrefix.Length, options.EndOfWordSuffix.Length) > MostAffixCharacters)
        {
            throw new FormatException(
                $"The prefix or suffix of words has more than {MostAffixCharacters} characters, which is the limit."
            );
        }

        _byteTokens = options.FallsBackToBytes
            ? [.. Enumerable.Range(0, 256).Select(value => vocabulary.Find(ByteName((byte)value)))]
            : null;
        _cutsAtSpaces = CanCutAtSpaces();
        _merged = new byte[_cutsAtSpaces ? vocabulary.IdCount : 0];
    }

    public Utf8Vocabulary Vocabulary { get; }

    public MergeTable Merges { get; }

    public BpeOptions Options => _options;

    /// <inheritdoc/>
    public int IdCount => Vocabulary.IdCount;

    /// <summary>Gets the name of the token that stands for a byte.</summary>
    public static string ByteName(byte value) => string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>");

    /// <inheritdoc/>
    public bool TryGetId(ReadOnlySpan<char> name, out int id)
    {
        id = Vocabulary.Find(name);
        return id >= 0;
    }

    /// <inheritdoc/>
    public string? GetName(int id) => Vocabulary.GetName(id);

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<char> piece, List<TokenPiece> tokens)
    {
        if (piece.IsEmpty)
        {
            return;
        }

        if (_options.IgnoresMerges && Vocabulary.Find(piece) is >= 0 and var whole)
        {
            tokens.Add(new TokenPiece(whole, 0, piece.Length));
            return;
        }

        if (!_cutsAtSpaces)
        {
            EncodeWhole(piece, 0, tokens);
            return;
        }

        for (var start = 0; start < piece.Length; )
        {
            var end = start + 1;
            while (end < piece.Length && (piece[end] != SpaceMark || piece[end - 1] == SpaceMark))
            {
                end++;
            }

            var word = piece[start..end];
            if (Vocabulary.Find(word) is >= 0 and var id && IsMergeable(id, word))
            {
                tokens.Add(new TokenPiece(id, start, word.Length));
            }
            else
            {
                EncodeWhole(word, start, tokens);
            }

            start = end;
        }
    }

    /// <summary>Tells whether an entry's own characters merge to it, which is found out once and kept.</summary>
    private bool IsMergeable(int id, ReadOnlySpan<char> name)
    {
        if (_merged[id] == 0)
        {
            var tokens = new List<TokenPiece>();
            EncodeWhole(name, 0, tokens);
            _merged[id] = tokens.Count == 1 && tokens[0].Id == id ? MergesToItself : MergesToOthers;
        }

        return _merged[id] == MergesToItself;
    }

    /// <summary>Tells whether no merge goes across the place before a space: then words can be taken one by one.</summary>
    private bool CanCutAtSpaces()
    {
        var mark = "\u2581"u8;
        if (
            _options.IgnoresMerges
            || _options.ContinuingPrefix.Length + _options.EndOfWordSuffix.Length > 0
            || Vocabulary.Find(mark) < 0
            || (_unknown < 0 && (_byteTokens is null || _byteTokens.AsSpan().Contains(-1)))
        )
        {
            return false;
        }

        for (var id = 0; id < Vocabulary.IdCount; id++)
        {
            // Marks at the start are a run of spaces; one behind anything else would be lost by cutting.
            var name = Vocabulary[id];
            while (name.StartsWith(mark))
            {
                name = name[mark.Length..];
            }

            if (name.IndexOf(mark) >= 0)
            {
                return false;
            }
        }

        return true;
    }

    private void EncodeWhole(ReadOnlySpan<char> piece, int offset, List<TokenPiece> tokens)
    {
        // Lengths count UTF-16 units; of a character in byte tokens the first has them all.
        var most = CountSymbolsAtMost(piece);
        var ids = Rent(most);
        var lengths = Rent(most);
        if (!_mergers.TryTake(out var merger))
        {
            merger = new SymbolMerger();
        }

        try
        {
            var count = Spell(piece, ids, lengths);
            count = merger.Merge(Merges, ids.AsSpan(0, count), lengths.AsSpan(0, count));
            var start = offset;
            var character = offset;
            for (var i = 0; i < count; i++)
            {
                // What covers nothing is the rest of the character before it.
                if (lengths[i] > 0)
                {
                    character = start;
                }

                start += lengths[i];
                tokens.Add(new TokenPiece(ids[i], character, start - character));
            }
        }
        finally
        {
            Return(ids);
            Return(lengths);
            merger.Trim();
            if (_mergers.Count < MostKeptMergers)
            {
                _mergers.Add(merger);
            }
        }
    }

    private int CountSymbolsAtMost(ReadOnlySpan<char> piece)
    {
        if (_byteTokens is null)
        {
            return piece.Length;
        }

        // A character is as many byte tokens as it has bytes, and so are what stands before it and behind.
        var bytes = piece.Length <= 1_024 ? 3L * piece.Length : System.Text.Encoding.UTF8.GetByteCount(piece);
        var most =
            bytes + (3L * _options.ContinuingPrefix.Length * piece.Length) + (3L * _options.EndOfWordSuffix.Length);
        return most <= Array.MaxLength
            ? (int)most
            : throw new ArgumentException(
                $"A word of {piece.Length} characters cannot be tokenised. Shorten the text."
            );
    }

    /// <summary>Takes an array from the pool; one that hardly any text needs is not kept there.</summary>
    private static int[] Rent(int length) =>
        length <= MostPooled ? ArrayPool<int>.Shared.Rent(length) : GC.AllocateUninitializedArray<int>(length);

    private static void Return(int[] array)
    {
        if (array.Length <= MostPooled)
        {
            ArrayPool<int>.Shared.Return(array);
        }
    }

    /// <summary>Tells whether nothing can be unknown, as every byte has its letter.</summary>
    private static bool HasAllBytes(Utf8Vocabulary vocabulary) =>
        Enumerable.Range(0, 256).All(value => vocabulary.Find([ByteLetters.Of((byte)value)]) >= 0);

    /// <summary>Finds the symbols that a piece begins as.</summary>
    private int Spell(ReadOnlySpan<char> piece, int[] ids, int[] lengths)
    {
        var count = 0;
        var unknownLength = 0;
        Span<byte> utf8 = stackalloc byte[4];
        for (var at = 0; at < piece.Length; )
        {
            Rune.DecodeFromUtf16(piece[at..], out var rune, out var units);
            var bytes = utf8[..rune.EncodeToUtf8(utf8)];
            var isFirst = at == 0;
            at += units;
            var decorated = Decorate(bytes, isFirst, at == piece.Length);
            var id = Vocabulary.Find(decorated);
            if (id >= 0)
            {
                if (unknownLength > 0)
                {
                    Add(_unknown, unknownLength, ref count);
                    unknownLength = 0;
                }

                Add(id, units, ref count);
            }
            else if (TrySpellInBytes(decorated, units, ids, lengths, ref count))
            {
                continue;
            }
            else if (_unknown >= 0)
            {
                if (unknownLength > 0 && !_options.FusesUnknown)
                {
                    Add(_unknown, unknownLength, ref count);
                    unknownLength = 0;
                }

                unknownLength += units;
            }

            // Without an unknown token the character is dropped; offsets close up behind it, as they do in the reference.
        }

        if (unknownLength > 0)
        {
            Add(_unknown, unknownLength, ref count);
        }

        return count;

        void Add(int id, int length, ref int count)
        {
            ids[count] = id;
            lengths[count++] = length;
        }
    }

    private ReadOnlySpan<byte> Decorate(ReadOnlySpan<byte> character, bool isFirst, bool isLast)
    {
        var prefix = isFirst ? string.Empty : _options.ContinuingPrefix;
        var suffix = isLast ? _options.EndOfWordSuffix : string.Empty;
        if (prefix.Length + suffix.Length == 0)
        {
            return character;
        }

        byte[] decorated =
        [
            .. System.Text.Encoding.UTF8.GetBytes(prefix),
            .. character,
            .. System.Text.Encoding.UTF8.GetBytes(suffix),
        ];
        return decorated;
    }

    private bool TrySpellInBytes(ReadOnlySpan<byte> bytes, int units, int[] ids, int[] lengths, ref int count)
    {
        if (_byteTokens is null)
        {
            return false;
        }

        foreach (var value in bytes)
        {
            if (_byteTokens[value] < 0)
            {
                return false;
            }
        }

        for (var i = 0; i < bytes.Length; i++)
        {
            ids[count] = _byteTokens[bytes[i]];
            lengths[count++] = i == 0 ? units : 0;
        }

        return true;
    }
}
