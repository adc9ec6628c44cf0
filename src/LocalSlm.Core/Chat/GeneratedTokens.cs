using System.Text;

namespace LocalSlm.Chat;

/// <summary>Relates the text of a reply to the tokens it was generated from.</summary>
internal static class GeneratedTokens
{
    /// <summary>Finds the leading tokens that spell a reply: after a stop sequence there are tokens beyond its text.</summary>
    /// <param name="reply">The reply's text.</param>
    /// <param name="tokens">The tokens that were generated.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <returns>The tokens, or <see langword="null"/> if none spell the text exactly.</returns>
    public static IReadOnlyList<int>? SpellingOf(string reply, IReadOnlyList<int> tokens, ITokenizer tokenizer)
    {
        var rest = Encoding.UTF8.GetBytes(reply).AsSpan();
        for (var count = 0; count < tokens.Count && !rest.IsEmpty; count++)
        {
            var bytes = tokenizer.GetBytes(tokens[count]);
            if (!rest.StartsWith(bytes))
            {
                return null;
            }

            rest = rest[bytes.Length..];
            if (rest.IsEmpty)
            {
                return count + 1 == tokens.Count ? tokens : [.. tokens.Take(count + 1)];
            }
        }

        return null;
    }
}
