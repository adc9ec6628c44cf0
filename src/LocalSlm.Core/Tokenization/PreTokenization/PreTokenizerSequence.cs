namespace LocalSlm.Tokenization.PreTokenization;

/// <summary>Pre-tokenizers one after the other.</summary>
/// <param name="parts">The pre-tokenizers.</param>
internal sealed class PreTokenizerSequence(IReadOnlyList<IPreTokenizer> parts) : IPreTokenizer
{
    /// <summary>Gets the pre-tokenizers.</summary>
    public IReadOnlyList<IPreTokenizer> Parts { get; } = parts;

    /// <inheritdoc/>
    public void Split(PieceList text)
    {
        foreach (var part in Parts)
        {
            part.Split(text);
        }
    }
}
