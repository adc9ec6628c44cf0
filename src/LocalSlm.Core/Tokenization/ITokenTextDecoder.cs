namespace LocalSlm.Tokenization;

/// <summary>A decoder of a tokenizer: it changes the strings of tokens so that, joined, they are the text. Safe for concurrent use.</summary>
internal interface ITokenTextDecoder
{
    /// <summary>Changes the strings.</summary>
    /// <param name="tokens">The strings of the tokens, as the vocabulary spells them; changed in place, perhaps fewer.</param>
    void Decode(List<string> tokens);
}
