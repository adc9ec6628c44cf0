namespace LocalSlm.Tokenization.Decoding;

/// <summary>Joins all strings to one.</summary>
internal sealed class FuseDecoder : ITokenTextDecoder
{
    /// <inheritdoc/>
    public void Decode(List<string> tokens)
    {
        var whole = string.Concat(tokens);
        tokens.Clear();
        tokens.Add(whole);
    }
}
