namespace LocalSlm.Tokenization.Patterns;

/// <summary>A string that is looked for as it stands.</summary>
internal sealed class LiteralPattern(string literal) : ITextPattern
{
    /// <inheritdoc/>
    public bool TryFind(ReadOnlySpan<char> text, int start, out int index, out int length)
    {
        length = literal.Length;
        index = length == 0 ? -1 : text[start..].IndexOf(literal, StringComparison.Ordinal);
        if (index < 0)
        {
            length = 0;
            return false;
        }

        index += start;
        return true;
    }
}
