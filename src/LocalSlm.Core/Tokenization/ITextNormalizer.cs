namespace LocalSlm.Tokenization;

/// <summary>A normaliser of a tokenizer: it changes text before it is split. Safe for concurrent use.</summary>
internal interface ITextNormalizer
{
    /// <summary>Changes a text.</summary>
    /// <param name="text">The text, with its alignment to the original.</param>
    void Normalize(AlignedText text);
}
