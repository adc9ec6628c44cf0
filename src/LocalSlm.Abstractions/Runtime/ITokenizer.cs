namespace LocalSlm;

/// <summary>Turns text into token ids and back. Safe for concurrent use.</summary>
/// <remarks>When a model is freed while its tokenizer is in use, <see cref="Encode"/> and <see cref="GetName"/> may throw
/// <see cref="ObjectDisposedException"/>; all else goes on to work, and no memory is read that is not there.</remarks>
public interface ITokenizer
{
    /// <summary>Gets the number of token ids.</summary>
    int VocabularySize { get; }

    /// <summary>Gets the text of the beginning-of-sequence token, or an empty string.</summary>
    string BosText { get; }

    /// <summary>Gets the text of the end-of-sequence token, or an empty string.</summary>
    string EosText { get; }

    /// <summary>Gets the ids after which generation ends: end of sequence, end of turn, and whatever else the model names.</summary>
    IReadOnlyList<int> EndOfGenerationTokens { get; }

    /// <summary>Gets a value indicating whether the vocabulary puts a space before every text (SentencePiece with a dummy prefix, as in
    /// Llama 2, Mistral 7B and Phi-3), so that the first token of a text begins with a space that is not part of it.</summary>
    /// <value>Default: <see langword="false"/>.</value>
    bool AddsSpaceBeforeText => false;

    /// <summary>Turns a prompt into token ids. Special tokens match in control spans alone; the text between two of them is
    /// tokenised as one piece, across span borders.</summary>
    /// <param name="prompt">The spans, in order.</param>
    /// <param name="addSpecialTokens">Whether to add what the model wants at the start and the end of every text (BOS, EOS).
    /// Chat templates write these themselves.</param>
    /// <param name="tokens">Receives the ids, appended.</param>
    void Encode(IReadOnlyList<PromptSpan> prompt, bool addSpecialTokens, List<int> tokens);

    /// <summary>Gets the bytes that a token stands for in text; empty for control tokens.</summary>
    /// <param name="token">A token id.</param>
    /// <returns>UTF-8, perhaps a part of a character only. In managed memory: valid
    /// while somebody holds it, though the model be freed.</returns>
    ReadOnlySpan<byte> GetBytes(int token);

    /// <summary>Gets the name of a token as the vocabulary spells it, control tokens included.</summary>
    /// <param name="token">A token id.</param>
    /// <returns>The name.</returns>
    string GetName(int token);

    /// <summary>Tells whether a token marks structure and is never text.</summary>
    /// <param name="token">A token id.</param>
    /// <returns><see langword="true"/> for control tokens.</returns>
    bool IsControl(int token);

    /// <summary>Tells whether generation ends with a token.</summary>
    /// <param name="token">A token id.</param>
    /// <returns><see langword="true"/> for the members of <see cref="EndOfGenerationTokens"/>.</returns>
    bool IsEndOfGeneration(int token);
}
