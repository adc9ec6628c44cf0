namespace LocalSlm.Tokenization.Decoding;

/// <summary>Connectionist temporal classification (<c>CTC</c>): of equal neighbours one counts, and padding is nothing.</summary>
/// <param name="padding">The token of padding; not empty.</param>
/// <param name="delimiter">The token between words; not empty.</param>
/// <param name="cleansUp">Whether word delimiters become spaces and English text is cleaned up.</param>
internal sealed class ConnectionistDecoder(string padding, string delimiter, bool cleansUp) : ITokenTextDecoder
{
    /// <inheritdoc/>
    public void Decode(List<string> tokens)
    {
        var kept = 0;
        string? previous = null;
        for (var i = 0; i < tokens.Count; i++)
        {
            var token = tokens[i];
            if (token == previous)
            {
                continue;
            }

            previous = token;
            token = token.Replace(padding, "", StringComparison.Ordinal);
            if (cleansUp)
            {
                token = WordPieceDecoder.CleanUp(token).Replace(delimiter, " ", StringComparison.Ordinal);
            }

            if (token.Length > 0)
            {
                tokens[kept++] = token;
            }
        }

        tokens.RemoveRange(kept, tokens.Count - kept);
    }
}
