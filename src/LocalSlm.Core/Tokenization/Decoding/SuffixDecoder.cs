namespace LocalSlm.Tokenization.Decoding;

/// <summary>Turns the mark of a word's end into a space, and into nothing at the text's end (<c>BPEDecoder</c>).</summary>
/// <param name="suffix">The mark, usually <c>&lt;/w&gt;</c>; not empty.</param>
internal sealed class SuffixDecoder(string suffix) : ITokenTextDecoder
{
    /// <inheritdoc/>
    public void Decode(List<string> tokens)
    {
        for (var i = 0; i < tokens.Count; i++)
        {
            tokens[i] = tokens[i].Replace(suffix, i == tokens.Count - 1 ? "" : " ", StringComparison.Ordinal);
        }
    }
}
