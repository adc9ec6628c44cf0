namespace LocalSlm.Tokenization.Models;

/// <summary>Whole words: a piece is an entry of the vocabulary or unknown.</summary>
/// <param name="vocabulary">The entries and their ids.</param>
/// <param name="unknownToken">The entry of unknown words; where the vocabulary lacks it, unknown words are an error.</param>
internal sealed class WordLevelModel(WordVocabulary vocabulary, string unknownToken) : ITokenModel
{
    private readonly int _unknown = vocabulary.TryGetId(unknownToken, out var id) ? id : -1;

    /// <summary>Gets the entry of unknown words.</summary>
    public string UnknownToken { get; } = unknownToken;

    /// <inheritdoc/>
    public int IdCount => vocabulary.IdCount;

    /// <inheritdoc/>
    public bool TryGetId(ReadOnlySpan<char> name, out int id) => vocabulary.TryGetId(name, out id);

    /// <inheritdoc/>
    public string? GetName(int id) => vocabulary.GetName(id);

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<char> piece, List<TokenPiece> tokens)
    {
        var known = vocabulary.TryGetId(piece, out var id) ? id : _unknown;
        tokens.Add(
            known >= 0
                ? new TokenPiece(known, 0, piece.Length)
                : throw new InvalidOperationException(
                    $"The text has a word that the vocabulary lacks, and the vocabulary has no '{UnknownToken}' for it."
                )
        );
    }
}
