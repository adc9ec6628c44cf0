namespace LocalSlm.Tokenization.Decoding;

/// <summary>Takes up to so many of a character off each string's ends.</summary>
/// <param name="content">The character; a code point.</param>
/// <param name="start">How many at most off the beginning.</param>
/// <param name="stop">How many at most off the end.</param>
internal sealed class StripDecoder(int content, int start, int stop) : ITokenTextDecoder
{
    private readonly string _content = char.ConvertFromUtf32(content);

    /// <inheritdoc/>
    public void Decode(List<string> tokens)
    {
        for (var i = 0; i < tokens.Count; i++)
        {
            var token = tokens[i].AsSpan();
            for (var n = 0; n < start && token.StartsWith(_content); n++)
            {
                token = token[_content.Length..];
            }

            for (var n = 0; n < stop && token.EndsWith(_content); n++)
            {
                token = token[..^_content.Length];
            }

            if (token.Length < tokens[i].Length)
            {
                tokens[i] = token.ToString();
            }
        }
    }
}
