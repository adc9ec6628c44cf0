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

    /// <summary>Finds all matches, from left to right, none overlapping; an empty one right behind another match does not
    /// count.</summary>
    /// <param name="text">The text.</param>
    /// <param name="matches">Receives the places (UTF-16), appended.</param>
    /// <remarks>Linear in the text for every pattern, which repeated calls of <see cref="TryFind"/> need not be.</remarks>
    void FindAll(ReadOnlySpan<char> text, List<Range> matches)
    {
        var lastEnd = -1;
        for (var at = 0; at <= text.Length && TryFind(text, at, out var index, out var length); )
        {
            if (length == 0 && index == lastEnd)
            {
                at = index + 1;
                continue;
            }

            matches.Add(index..(index + length));
            lastEnd = index + length;
            at = lastEnd;
        }
    }
}
