namespace LocalSlm.Tokenization;

/// <summary>Makes text of tokens that arrive one by one, with the file's own decoder: the pieces, joined, are what
/// <see cref="ManagedTokenizer.Decode"/> gives for all. For one text and one thread.</summary>
/// <remarks>A piece is held back while the text ends in U+FFFD, as that may be a character of which bytes are still to come.
/// <see cref="Flush"/> gives what was held back to the end.</remarks>
internal sealed class StreamingDecoder(ManagedTokenizer tokenizer, bool skipSpecialTokens)
{
    private const char Unfinished = '\uFFFD';

    private readonly List<int> _tokens = [];
    private string _given = string.Empty;
    private int _givenTokens;

    /// <summary>Takes a token.</summary>
    /// <param name="token">The token.</param>
    /// <returns>The text that is whole with it, or <see langword="null"/>.</returns>
    public string? Add(int token)
    {
        _tokens.Add(token);
        var text = Decode();
        if (text.Length <= _given.Length || text[^1] == Unfinished)
        {
            return null;
        }

        return Give(text);
    }

    /// <summary>Ends the text.</summary>
    /// <returns>What was held back, or <see langword="null"/>.</returns>
    public string? Flush()
    {
        var text = Decode();
        return text.Length > _given.Length ? Give(text) : null;
    }

    private string Give(string text)
    {
        // Decoders look at neighbours: a later token may change what an earlier one gave (a space before a comma). What has been
        // handed out stays, and the rest follows it.
        var piece = text.StartsWith(_given, StringComparison.Ordinal)
            ? text[_given.Length..]
            : text[Math.Min(_given.Length, text.Length)..];

        // The tokens of the last piece stay, as context for the next ones; those before them have no effect any more.
        _tokens.RemoveRange(0, _givenTokens);
        _givenTokens = _tokens.Count;
        _given = Decode();
        return piece;
    }

    private string Decode() =>
        tokenizer.Decode(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_tokens), skipSpecialTokens);
}
