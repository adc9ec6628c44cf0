namespace LocalSlm.Tokenization;

/// <summary>The part of a tokenizer that turns a pre-tokenised piece into tokens: BPE, Unigram, WordPiece, WordLevel.
/// Immutable once built; safe for concurrent use.</summary>
internal interface ITokenModel
{
    /// <summary>Gets one more than the highest token id of the model's own vocabulary.</summary>
    int IdCount { get; }

    /// <summary>Finds the id of a vocabulary entry, spelled as the file spells it.</summary>
    /// <param name="name">The entry.</param>
    /// <param name="id">Its id.</param>
    /// <returns>Whether there is one.</returns>
    bool TryGetId(ReadOnlySpan<char> name, out int id);

    /// <summary>Gets the vocabulary entry of an id, spelled as the file spells it.</summary>
    /// <param name="id">A token id.</param>
    /// <returns>The entry, or <see langword="null"/> if the model has none of this id.</returns>
    string? GetName(int id);

    /// <summary>Turns a piece into tokens.</summary>
    /// <param name="piece">A piece, as the pre-tokenizer left it (for byte-level vocabularies: in byte letters).</param>
    /// <param name="tokens">Receives the tokens, appended.</param>
    void Encode(ReadOnlySpan<char> piece, List<TokenPiece> tokens);
}
