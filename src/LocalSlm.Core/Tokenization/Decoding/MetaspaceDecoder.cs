namespace LocalSlm.Tokenization.Decoding;

/// <summary>Turns the visible character of spaces into spaces; in the first string it is removed where one was put before
/// the text.</summary>
/// <param name="replacement">The character; a code point.</param>
/// <param name="removesFirst">Whether the first string loses it.</param>
internal sealed class MetaspaceDecoder(int replacement, bool removesFirst) : ITokenTextDecoder
{
    private readonly string _replacement = char.ConvertFromUtf32(replacement);

    /// <inheritdoc/>
    public void Decode(List<string> tokens)
    {
        for (var i = 0; i < tokens.Count; i++)
        {
            tokens[i] = tokens[i].Replace(_replacement, i == 0 && removesFirst ? "" : " ", StringComparison.Ordinal);
        }
    }
}
