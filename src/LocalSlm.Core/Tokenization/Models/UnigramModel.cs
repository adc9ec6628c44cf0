using System.Buffers;
using System.Globalization;
using System.Text;

namespace LocalSlm.Tokenization.Models;

/// <summary>Unigram: of all ways to spell a text with entries the one with the highest sum of scores (Viterbi), in time
/// linear in the text. Characters in no entry are unknown; unknown ones side by side are one token.</summary>
internal sealed class UnigramModel : ITokenModel
{
    /// <summary>How far below the lowest score an unknown character counts (sentencepiece, unigram_model.cc).</summary>
    private const double UnknownPenalty = 10.0;

    private const int MostPooled = 1 << 16;

    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _ids;
    private readonly string[] _names;
    private readonly CharacterTrie _trie;
    private readonly double[] _scores;
    private readonly double _unknownScore;
    private readonly int _unknown;
    private readonly int[]? _bytes;

    /// <summary>Creates the model.</summary>
    /// <param name="entries">The entries and their scores; the position is the id. Of equal entries the last counts.</param>
    /// <param name="unknown">The id of unknown characters, or <see langword="null"/>: they are an error.</param>
    /// <param name="byteFallback">Whether unknown characters are spelled in byte entries (<c>&lt;0x41&gt;</c>) where all of
    /// them are there.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no entry <paramref name="unknown"/>.</exception>
    public UnigramModel(IReadOnlyList<(string Name, double Score)> entries, int? unknown, bool byteFallback)
    {
        if (unknown is { } id && (uint)id >= (uint)entries.Count)
        {
            throw new ArgumentOutOfRangeException(
                nameof(unknown),
                id,
                $"The id of unknown characters is not among the {entries.Count} entries."
            );
        }

        _unknown = unknown ?? -1;
        _scores = new double[entries.Count];
        var characters = 0;
        var lowest = double.PositiveInfinity;
        _names = new string[entries.Count];
        Dictionary<string, int> ids = new(entries.Count, StringComparer.Ordinal);
        for (var i = 0; i < entries.Count; i++)
        {
            var (name, score) = entries[i];
            _scores[i] = score;
            _names[i] = name;
            ids[name] = i;
            lowest = Math.Min(lowest, score);
            characters += name.Length;
        }

        _trie = new CharacterTrie(characters);
        for (var i = 0; i < entries.Count; i++)
        {
            if (entries[i].Name.Length > 0)
            {
                _trie.Add(entries[i].Name, i);
            }
        }

        _ids = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        _unknownScore = lowest - UnknownPenalty;
        if (byteFallback)
        {
            _bytes = new int[256];
            for (var i = 0; i < _bytes.Length; i++)
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"<0x{i:X2}>");
                _bytes[i] = ids.TryGetValue(name, out var token) ? token : -1;
            }
        }
    }

    /// <summary>Gets the id of unknown characters, or -1.</summary>
    public int UnknownToken => _unknown;

    /// <inheritdoc/>
    public int IdCount => _scores.Length;

    /// <inheritdoc/>
    public bool TryGetId(ReadOnlySpan<char> name, out int id) => _ids.TryGetValue(name, out id);

    /// <inheritdoc/>
    public string? GetName(int id) => (uint)id < (uint)_names.Length ? _names[id] : null;

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<char> piece, List<TokenPiece> tokens)
    {
        if (piece.IsEmpty)
        {
            return;
        }

        // What hardly any text needs is not kept in the pool.
        var isPooled = piece.Length < MostPooled;
        var rented = isPooled ? ArrayPool<Step>.Shared.Rent(piece.Length + 1) : new Step[piece.Length + 1];
        var steps = rented.AsSpan(0, piece.Length + 1);
        steps.Fill(new Step(0, -1, -1));
        FindBestPath(piece, steps);

        // The path is known from its end: turn its links around, so that it can be walked from its start.
        var next = piece.Length;
        for (var at = piece.Length; at > 0; )
        {
            var from = steps[at].From;
            steps[at] = steps[at] with { Next = next };
            next = at;
            at = from;
        }

        var end = next;
        for (var start = 0; start < piece.Length; )
        {
            var token = steps[end].Token;
            if (token == _unknown)
            {
                while (end < piece.Length && steps[steps[end].Next].Token == _unknown)
                {
                    end = steps[end].Next;
                }

                AddUnknown(piece, start, end, tokens);
            }
            else
            {
                tokens.Add(new TokenPiece(token, start, end - start));
            }

            start = end;
            end = steps[end].Next;
        }

        if (isPooled)
        {
            ArrayPool<Step>.Shared.Return(rented);
        }
    }

    private void FindBestPath(ReadOnlySpan<char> piece, Span<Step> steps)
    {
        for (var start = 0; start < piece.Length; )
        {
            var before = steps[start].Score;
            var character = char.IsHighSurrogate(piece[start]) && start + 1 < piece.Length ? 2 : 1;
            var hasCharacter = false;
            var node = CharacterTrie.Root;
            for (var i = start; i < piece.Length && (node = _trie.Step(node, piece[i])) >= 0; i++)
            {
                var token = _trie.GetValue(node);
                if (token >= 0)
                {
                    Offer(ref steps[i + 1], _scores[token] + before, start, token);
                    hasCharacter |= i + 1 - start == character;
                }
            }

            if (!hasCharacter)
            {
                Offer(ref steps[start + character], _unknownScore + before, start, _unknown);
            }

            start += character;
        }
    }

    private static void Offer(ref Step step, double score, int from, int token)
    {
        if (step.From < 0 || score > step.Score)
        {
            step = new Step(score, from, token);
        }
    }

    private void AddUnknown(ReadOnlySpan<char> piece, int start, int end, List<TokenPiece> tokens)
    {
        var text = piece[start..end];
        if (_ids.TryGetValue(text, out var id))
        {
            tokens.Add(new TokenPiece(id, start, text.Length));
            return;
        }

        if (_bytes is not null && TryAddBytes(text, start, tokens))
        {
            return;
        }

        if (_unknown < 0)
        {
            throw new InvalidOperationException(
                $"The text has '{text[..Math.Min(text.Length, 20)]}', which the vocabulary cannot spell, and the model names no token for it."
            );
        }

        tokens.Add(new TokenPiece(_unknown, start, text.Length));
    }

    private bool TryAddBytes(ReadOnlySpan<char> text, int start, List<TokenPiece> tokens)
    {
        var before = tokens.Count;
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            foreach (var value in bytes[..rune.EncodeToUtf8(bytes)])
            {
                if (_bytes![value] < 0)
                {
                    tokens.RemoveRange(before, tokens.Count - before);
                    return false;
                }

                tokens.Add(new TokenPiece(_bytes[value], start, text.Length));
            }
        }

        return true;
    }

    /// <summary>The best way to a place of the text.</summary>
    /// <param name="Score">Its score.</param>
    /// <param name="From">Where its last token begins, or -1.</param>
    /// <param name="Token">That token.</param>
    private readonly record struct Step(double Score, int From, int Token)
    {
        public int Next { get; init; }
    }
}
