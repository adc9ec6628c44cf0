using LocalSlm.Tokenization.Patterns;

namespace LocalSlm.Tokenization;

/// <summary>Makes the patterns that tokenizer files name.</summary>
internal static class TextPattern
{
    /// <summary>Makes a pattern of a regular expression.</summary>
    /// <param name="pattern">The expression, in the syntax that tokenizer.json uses (Oniguruma's).</param>
    /// <returns>The pattern.</returns>
    /// <exception cref="FormatException">The expression is malformed, or too large.</exception>
    /// <exception cref="NotSupportedException">It uses a construct that is not supported; the message names it.</exception>
    public static ITextPattern Regex(string pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        return new RegexPattern(pattern);
    }

    /// <summary>Makes a pattern of a string that is looked for as it stands.</summary>
    /// <param name="literal">The string. An empty one matches nowhere.</param>
    /// <returns>The pattern.</returns>
    public static ITextPattern Literal(string literal)
    {
        ArgumentNullException.ThrowIfNull(literal);
        return new LiteralPattern(literal);
    }
}
