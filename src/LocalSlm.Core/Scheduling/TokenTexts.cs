using System.Text;

namespace LocalSlm.Scheduling;

/// <summary>The text of single tokens, made once each: most tokens are whole characters, and their string is handed out again
/// and again. The owner thread's own.</summary>
internal sealed class TokenTexts(ITokenizer tokenizer)
{
    private readonly string?[] _texts = new string?[tokenizer.VocabularySize];

    /// <summary>Gets the text of a token that consists of whole characters.</summary>
    /// <returns><see langword="null"/> if the token is a part of a character only.</returns>
    public string? Get(int token, ReadOnlySpan<byte> bytes)
    {
        if (_texts[token] is { } known)
        {
            return known;
        }

        if (!System.Text.Unicode.Utf8.IsValid(bytes))
        {
            return null;
        }

        return _texts[token] = Encoding.UTF8.GetString(bytes);
    }

    /// <summary>Gets what to call a token: its text, or its name where it is a control token.</summary>
    public string Describe(int token)
    {
        var bytes = tokenizer.GetBytes(token);
        return bytes.IsEmpty ? tokenizer.GetName(token) : Get(token, bytes) ?? Encoding.UTF8.GetString(bytes);
    }
}
