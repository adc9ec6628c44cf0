using System.Text;

namespace LocalSlm.Chat;

/// <summary>Tells the least tokens that a text can have, from its length alone: tokenising megabytes only to refuse them takes
/// a minute and a gigabyte.</summary>
/// <remarks>Tokenizers neither drop text nor merge more than a token spells, save white space beside special tokens that take
/// it along; so much of it that this mattered would be no prompt.</remarks>
internal sealed class LongestToken(ITokenizer tokenizer)
{
    /// <summary>Shorter texts are tokenised in no time, and not measured.</summary>
    private const int LeastCharacters = 64 * 1024;

    private int _bytes;

    /// <summary>Counts.</summary>
    /// <param name="prompt">The text.</param>
    /// <returns>The prompt has as many tokens, or more.</returns>
    public int CountLeast(IReadOnlyList<PromptSpan> prompt)
    {
        // No character has fewer than one byte.
        var bytes = prompt.Sum(static span => (long)span.Text.Length);
        return bytes < LeastCharacters ? 0 : (int)Math.Min(int.MaxValue, bytes / Measure());
    }

    private int Measure()
    {
        if (Volatile.Read(ref _bytes) is > 0 and var known)
        {
            return known;
        }

        var longest = 1;
        for (var token = 0; token < tokenizer.VocabularySize; token++)
        {
            // A special token stands for its name.
            var name = Encoding.UTF8.GetByteCount(tokenizer.GetName(token));
            longest = Math.Max(longest, Math.Max(name, tokenizer.GetBytes(token).Length));
        }

        Volatile.Write(ref _bytes, longest);
        return longest;
    }
}
