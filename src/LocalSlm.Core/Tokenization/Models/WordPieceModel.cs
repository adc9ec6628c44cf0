namespace LocalSlm.Tokenization.Models;

/// <summary>WordPiece: from each place of a word the longest entry of the vocabulary; a word with a place where none fits is
/// unknown as a whole.</summary>
internal sealed class WordPieceModel : ITokenModel
{
    private readonly WordVocabulary _vocabulary;
    private readonly CharacterTrie _whole = new();
    private readonly CharacterTrie _continuing = new();
    private readonly int _unknown;
    private readonly int _maximumCharacters;

    /// <summary>Creates the model.</summary>
    /// <param name="vocabulary">The entries and their ids.</param>
    /// <param name="unknownToken">The entry of unknown words; where the vocabulary lacks it, unknown words are an error.</param>
    /// <param name="continuingPrefix">What entries within a word begin with, usually <c>##</c>.</param>
    /// <param name="maximumCharacters">The longest word in code points; a longer one is unknown.</param>
    public WordPieceModel(
        WordVocabulary vocabulary,
        string unknownToken = "[UNK]",
        string continuingPrefix = "##",
        int maximumCharacters = 100
    )
    {
        _vocabulary = vocabulary;
        _maximumCharacters = maximumCharacters;
        UnknownToken = unknownToken;
        _unknown = vocabulary.TryGetId(unknownToken, out var id) ? id : -1;
        foreach (var (name, entry) in vocabulary.Ids)
        {
            if (name.Length > 0)
            {
                _whole.Add(name, entry);
            }

            if (name.Length > continuingPrefix.Length && name.StartsWith(continuingPrefix, StringComparison.Ordinal))
            {
                _continuing.Add(name.AsSpan(continuingPrefix.Length), entry);
            }
        }
    }

    /// <summary>Gets the entry of unknown words.</summary>
    public string UnknownToken { get; }

    /// <inheritdoc/>
    public int IdCount => _vocabulary.IdCount;

    /// <inheritdoc/>
    public bool TryGetId(ReadOnlySpan<char> name, out int id) => _vocabulary.TryGetId(name, out id);

    /// <inheritdoc/>
    public string? GetName(int id) => _vocabulary.GetName(id);

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<char> piece, List<TokenPiece> tokens)
    {
        if (piece.Length > _maximumCharacters && CountCodePoints(piece) > _maximumCharacters)
        {
            tokens.Add(Unknown(piece));
            return;
        }

        var before = tokens.Count;
        for (var start = 0; start < piece.Length; )
        {
            var trie = start == 0 ? _whole : _continuing;
            var best = -1;
            var bestEnd = start;
            var node = CharacterTrie.Root;
            for (var i = start; i < piece.Length && (node = trie.Step(node, piece[i])) >= 0; i++)
            {
                if (trie.GetValue(node) is >= 0 and var value)
                {
                    best = value;
                    bestEnd = i + 1;
                }
            }

            if (best < 0)
            {
                tokens.RemoveRange(before, tokens.Count - before);
                tokens.Add(Unknown(piece));
                return;
            }

            tokens.Add(new TokenPiece(best, start, bestEnd - start));
            start = bestEnd;
        }
    }

    private static int CountCodePoints(ReadOnlySpan<char> text)
    {
        var count = text.Length;
        foreach (var c in text)
        {
            count -= char.IsLowSurrogate(c) ? 1 : 0;
        }

        return count;
    }

    private TokenPiece Unknown(ReadOnlySpan<char> piece) =>
        _unknown >= 0
            ? new TokenPiece(_unknown, 0, piece.Length)
            : throw new InvalidOperationException(
                $"The text has a word that the vocabulary cannot spell, and the vocabulary has no '{UnknownToken}' for it."
            );
}
