using System.Text;

namespace LocalSlm.Tokenization.Decoding;

/// <summary>Puts a string in the place of whatever a pattern matches in each string.</summary>
/// <param name="pattern">The pattern.</param>
/// <param name="content">The string.</param>
internal sealed class ReplaceDecoder(ITextPattern pattern, string content) : ITokenTextDecoder
{
    /// <inheritdoc/>
    public void Decode(List<string> tokens)
    {
        for (var i = 0; i < tokens.Count; i++)
        {
            tokens[i] = Replace(tokens[i]);
        }
    }

    private string Replace(string token)
    {
        using PatternMatches matches = new(pattern, token);
        StringBuilder? text = null;
        var last = 0;
        while (token.Length > 0 && matches.MoveNext())
        {
            text ??= new StringBuilder();
            text.Append(token, last, matches.Start - last).Append(content);
            last = matches.End;
        }

        return text?.Append(token, last, token.Length - last).ToString() ?? token;
    }
}
