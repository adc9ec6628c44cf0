using System.Text;

namespace LocalSlm.Chat;

/// <summary>Relates the text of a reply to the tokens it was generated from.</summary>
internal static class GeneratedTokens
{
    /// <summary>Finds the leading tokens that spell a reply: after a stop sequence there are tokens beyond its text.</summary>
    /// <param name="reply">The reply's text.</param>
    /// <param name="tokens">The tokens that were generated.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <returns>The tokens, perhaps with a space before the reply that the vocabulary put there; <see langword="null"/> if none spell the text exactly.</returns>
    public static IReadOnlyList<int>? SpellingOf(string reply, IReadOnlyList<int> tokens, ITokenizer tokenizer)
    {
        if (reply.Length == 0)
        {
            return null;
        }

        return Find(Encoding.UTF8.GetBytes(reply), tokens, tokenizer)
            ?? (tokenizer.AddsSpaceBeforeText ? Find(Encoding.UTF8.GetBytes(" " + reply), tokens, tokenizer) : null);
    }

    private static IReadOnlyList<int>? Find(ReadOnlySpan<byte> rest, IReadOnlyList<int> tokens, ITokenizer tokenizer)
    {
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
