namespace LocalSlm.Tokenization.Decoding;

/// <summary>Puts a space before each string but the first and those that continue a word.</summary>
/// <param name="prefix">What strings begin with that continue a word, usually <c>##</c>.</param>
/// <param name="cleansUp">Whether spaces before punctuation and within English contractions are taken out.</param>
internal sealed class WordPieceDecoder(string prefix, bool cleansUp) : ITokenTextDecoder
{
    /// <inheritdoc/>
    public void Decode(List<string> tokens)
    {
        for (var i = 0; i < tokens.Count; i++)
        {
            var token = tokens[i];
            if (i > 0)
            {
                token = token.StartsWith(prefix, StringComparison.Ordinal) ? token[prefix.Length..] : " " + token;
            }

            tokens[i] = cleansUp ? CleanUp(token) : token;
        }
    }

    /// <summary>Takes out the spaces that word-wise tokens leave in English text. (The rules and their order, "do not" among
    /// them, are those of Hugging Face's <c>clean_up_tokenization</c>.)</summary>
    /// <param name="text">The text.</param>
    /// <returns>The text without them.</returns>
    internal static string CleanUp(string text) =>
        text.Contains(' ', StringComparison.Ordinal)
            ? text.Replace(" .", ".", StringComparison.Ordinal)
                .Replace(" ?", "?", StringComparison.Ordinal)
                .Replace(" !", "!", StringComparison.Ordinal)
                .Replace(" ,", ",", StringComparison.Ordinal)
                .Replace(" ' ", "'", StringComparison.Ordinal)
                .Replace(" n't", "n't", StringComparison.Ordinal)
                .Replace(" 'm", "'m", StringComparison.Ordinal)
                .Replace(" do not", " don't", StringComparison.Ordinal)
                .Replace(" 's", "'s", StringComparison.Ordinal)
                .Replace(" 've", "'ve", StringComparison.Ordinal)
                .Replace(" 're", "'re", StringComparison.Ordinal)
            : text;
}
