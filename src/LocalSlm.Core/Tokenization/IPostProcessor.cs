namespace LocalSlm.Tokenization;

/// <summary>The part of a tokenizer that puts special tokens around a text, or around a pair of texts. Safe for concurrent use.</summary>
internal interface IPostProcessor
{
    /// <summary>Gets how many tokens are added to a single text (or to a pair).</summary>
    /// <param name="isPair">Whether there are two texts.</param>
    /// <returns>The number of tokens.</returns>
    int CountAdded(bool isPair);

    /// <summary>Puts special tokens around, and trims offsets where the processor says so.</summary>
    /// <param name="first">The tokens of the text; changed in place to those of the whole.</param>
    /// <param name="second">The tokens of the second text, or <see langword="null"/>.</param>
    /// <param name="addSpecialTokens">Whether special tokens are wanted.</param>
    void Process(Encoding first, Encoding? second, bool addSpecialTokens);
}
