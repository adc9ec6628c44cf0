using System.Text;

namespace LocalSlm.Chat;

/// <summary>Relates the text of a reply to the tokens it was generated from.</summary>
internal static class GeneratedTokens
{
    /// <summary>Finds the leading tokens that spell a reply: after a stop sequence there are tokens beyond its text.</summary>
    /// <param name="reply">The reply's text.</param>
    /// <param name="tokens">The tokens that were generated.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="includesControlTokens">Whether the names of control tokens are part of the text.</param>
    /// <returns>The tokens, perhaps with a space before the reply that the vocabulary put there, and the text in spans;
    /// <see langword="null"/> if none spell the text exactly.</returns>
    public static SpelledReply? SpellingOf(
        string reply,
        IReadOnlyList<int> tokens,
        ITokenizer tokenizer,
        bool includesControlTokens = false
    )
    {
        if (reply.Length == 0)
        {
            return null;
        }

        return Find(Encoding.UTF8.GetBytes(reply), 0, tokens, tokenizer, includesControlTokens)
            ?? (
                tokenizer.AddsSpaceBeforeText
                    ? Find(Encoding.UTF8.GetBytes(" " + reply), 1, tokens, tokenizer, includesControlTokens)
                    : null
            );
    }

    private static SpelledReply? Find(
        byte[] text,
        int spaces,
        IReadOnlyList<int> tokens,
        ITokenizer tokenizer,
        bool includesControlTokens
    )
    {
        var spans = new List<PromptSpan>();
        var (done, spanned) = (0, spaces);
        for (var count = 0; count < tokens.Count && done < text.Length; count++)
        {
            var isControl = includesControlTokens && tokenizer.IsControl(tokens[count]);
            var bytes = isControl
                ? Encoding.UTF8.GetBytes(tokenizer.GetName(tokens[count]))
                : tokenizer.GetBytes(tokens[count]);
            if (!text.AsSpan(done).StartsWith(bytes))
            {
                return null;
            }

            if (isControl)
            {
                AddSpan(done, isControl: false);
                AddSpan(done + bytes.Length, isControl: true);
            }

            done += bytes.Length;
            if (done == text.Length)
            {
                AddSpan(done, isControl: false);
                return new SpelledReply(count + 1 == tokens.Count ? tokens : [.. tokens.Take(count + 1)], spans);
            }
        }

        return null;

        void AddSpan(int end, bool isControl)
        {
            if (end > spanned)
            {
                spans.Add(new PromptSpan(Encoding.UTF8.GetString(text.AsSpan(spanned, end - spanned)), isControl));
                spanned = end;
            }
        }
    }
}
