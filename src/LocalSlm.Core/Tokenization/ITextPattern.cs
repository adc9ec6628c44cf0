namespace LocalSlm.Tokenization;

/// <summary>A pattern that is looked for in text, in time linear in the text whatever the pattern. Safe for concurrent use.</summary>
internal interface ITextPattern
{
    /// <summary>Finds the leftmost match at or after a place.</summary>
    /// <param name="text">The text. What lies before <paramref name="start"/> is seen by look-behind and boundaries.</param>
    /// <param name="start">Where to begin.</param>
    /// <param name="index">The match's first character (UTF-16).</param>
    /// <param name="length">The match's length in characters (UTF-16); may be 0.</param>
    /// <returns>Whether there is a match.</returns>
    bool TryFind(ReadOnlySpan<char> text, int start, out int index, out int length);
}
