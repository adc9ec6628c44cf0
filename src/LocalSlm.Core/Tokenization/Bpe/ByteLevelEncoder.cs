using System.Buffers;
using System.Collections.Concurrent;
using LocalSlm.Tokenization.Patterns;

namespace LocalSlm.Tokenization.Bpe;

/// <summary>Splitting by patterns, bytes, vocabulary and merges in one pass, for byte-level vocabularies where nobody asks for
/// offsets: it neither makes strings nor writes bytes as letters. Safe for concurrent use.</summary>
internal sealed class ByteLevelEncoder
{
    private const int LongText = 4_096;
    private const byte MergesToItself = 1;
    private const byte MergesToOthers = 2;

    private readonly Utf8Vocabulary _vocabulary = new();
    private readonly MergeTable _merges;
    private readonly int[] _byteTokens = new int[256];
    private readonly bool _ignoresMerges;
    private readonly RegexPattern[] _splits;
    private readonly bool _addsSpace;

    /// <summary>For each token whether its own bytes merge to it, found out when first asked.</summary>
    private readonly byte[] _merged;
    private readonly ConcurrentBag<ByteLevelWork> _works = [];

    private ByteLevelEncoder(BpeModel model, RegexPattern[] splits, bool addsSpace)
    {
        _merges = model.Merges;
        _ignoresMerges = model.Options.IgnoresMerges;
        _splits = splits;
        _addsSpace = addsSpace;
        _merged = new byte[model.IdCount];
    }

    /// <summary>Makes an encoder, if the vocabulary is fit for one.</summary>
    /// <param name="model">The vocabulary, in letters.</param>
    /// <param name="splits">The patterns that split text, one after the other; what they do not match is a piece as well.</param>
    /// <param name="addsSpace">Whether text gets a space before it unless it begins with one.</param>
    /// <returns>The encoder, or <see langword="null"/> if the vocabulary lacks a byte or marks the ends of words.</returns>
    public static ByteLevelEncoder? TryCreate(BpeModel model, RegexPattern[] splits, bool addsSpace)
    {
        if (model.Options.ContinuingPrefix.Length > 0 || model.Options.EndOfWordSuffix.Length > 0)
        {
            return null;
        }

        if (splits.Any(split => !split.IsAutomaton))
        {
            return null;
        }

        var encoder = new ByteLevelEncoder(model, splits, addsSpace);
        return encoder.TryFill(model.Vocabulary) ? encoder : null;
    }

    /// <summary>Encodes a text without special tokens.</summary>
    public void Encode(ReadOnlySpan<char> text, List<int> tokens)
    {
        if (text.IsEmpty)
        {
            return;
        }

        if (!_works.TryTake(out var work))
        {
            work = new ByteLevelWork();
        }

        char[]? spaced = null;
        try
        {
            if (_addsSpace && text[0] != ' ')
            {
                spaced = ArrayPool<char>.Shared.Rent(text.Length + 1);
                spaced[0] = ' ';
                text.CopyTo(spaced.AsSpan(1));
                text = spaced.AsSpan(0, text.Length + 1);
            }

            Split(text, 0, work, tokens);
        }
        finally
        {
            if (spaced is not null)
            {
                ArrayPool<char>.Shared.Return(spaced);
            }

            work.Trim();
            if (_works.Count < Environment.ProcessorCount)
            {
                _works.Add(work);
            }
        }
    }

    private void Split(ReadOnlySpan<char> text, int level, ByteLevelWork work, List<int> tokens)
    {
        if (level == _splits.Length)
        {
            EncodePiece(text, work, tokens);
            return;
        }

        var isLast = level == _splits.Length - 1;
        var pattern = _splits[level];
        var memory = text.Length > LongText ? new FruitlessSearches() : null;
        for (var at = 0; at < text.Length; )
        {
            var length = pattern.MatchAt(text, at, memory, out _);
            if (length <= 0)
            {
                if (!pattern.TryFind(text, at, null, memory, out var index, out length))
                {
                    index = text.Length;
                }

                if (length == 0 && index < text.Length)
                {
                    // An empty match splits and takes nothing; the piece behind it goes to the next match.
                    index = NextMatch(pattern, text, index, memory);
                    length = 0;
                }

                Split(text[at..index], level + 1, work, tokens);
                at = index;
                continue;
            }

            var piece = text.Slice(at, length);
            if (isLast)
            {
                EncodePiece(piece, work, tokens);
            }
            else
            {
                Split(piece, level + 1, work, tokens);
            }

            at += length;
        }
    }

    private static int NextMatch(RegexPattern pattern, ReadOnlySpan<char> text, int at, FruitlessSearches? memory)
    {
        at += at + 1 < text.Length && char.IsHighSurrogate(text[at]) && char.IsLowSurrogate(text[at + 1]) ? 2 : 1;
        return pattern.TryFind(text, at, null, memory, out var index, out _) ? index : text.Length;
    }

    private void EncodePiece(ReadOnlySpan<char> piece, ByteLevelWork work, List<int> tokens)
    {
        var bytes = work.ToUtf8(piece);
        var hash = Utf8Vocabulary.Hash(bytes);
        var id = _vocabulary.Find(bytes, hash);
        if (id >= 0 && IsMergeable(id, work))
        {
            tokens.Add(id);
            return;
        }

        if (work.TryGet(bytes, hash, tokens))
        {
            return;
        }

        var ids = work.Ids(bytes.Length);
        for (var i = 0; i < bytes.Length; i++)
        {
            ids[i] = _byteTokens[bytes[i]];
        }

        ids = ids[..work.Merger.Merge(_merges, ids, [])];
        tokens.AddRange(ids);
        work.Keep(bytes, hash, ids);
    }

    /// <summary>Tells whether a piece that is an entry becomes that entry.</summary>
    private bool IsMergeable(int id, ByteLevelWork work)
    {
        if (_ignoresMerges || _merged[id] == MergesToItself)
        {
            return true;
        }

        if (_merged[id] == MergesToOthers)
        {
            return false;
        }

        var bytes = _vocabulary[id];
        var ids = work.Ids(bytes.Length);
        for (var i = 0; i < bytes.Length; i++)
        {
            ids[i] = _byteTokens[bytes[i]];
        }

        var isSelf = work.Merger.Merge(_merges, ids, []) == 1 && ids[0] == id;
        _merged[id] = isSelf ? MergesToItself : MergesToOthers;
        return isSelf;
    }

    private bool TryFill(Utf8Vocabulary letters)
    {
        var buffer = new byte[1024];
        for (var id = 0; id < letters.IdCount; id++)
        {
            var name = letters[id];
            if (name.Length > buffer.Length)
            {
                buffer = new byte[name.Length];
            }

            // An entry that is not in letters can never come out of text.
            var count = name.IsEmpty ? -1 : ByteLetters.Decode(name, buffer);
            if (count > 0)
            {
                _vocabulary.TryAdd(buffer.AsSpan(0, count), id);
            }
        }

        for (var value = 0; value < 256; value++)
        {
            if ((_byteTokens[value] = _vocabulary.Find([(byte)value])) < 0)
            {
                return false;
            }
        }

        return true;
    }
}
