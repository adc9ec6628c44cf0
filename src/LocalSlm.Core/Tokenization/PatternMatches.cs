namespace LocalSlm.Tokenization;

/// <summary>The matches of a pattern, which do not overlap. An empty match at the end of the last one does not count. To be
/// disposed, so that its room is used again.</summary>
internal ref struct PatternMatches
{
    /// <summary>Room for more matches than this is not kept.</summary>
    private const int MostKept = 1 << 16;

    [ThreadStatic]
    private static List<Range>? Spare;

    private readonly List<Range> _matches;
    private int _next;

    /// <summary>Finds the matches, in time linear in the text.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="text">The text.</param>
    public PatternMatches(ITextPattern pattern, ReadOnlySpan<char> text)
    {
        _matches = Spare ?? [];
        Spare = null;
        _matches.Clear();
        pattern.FindAll(text, _matches);
    }

    /// <summary>Gets the match's first character.</summary>
    public int Start { get; private set; }

    /// <summary>Gets the character behind the match.</summary>
    public int End { get; private set; }

    /// <summary>Goes to the next match.</summary>
    /// <returns>Whether there is one.</returns>
    public bool MoveNext()
    {
        if (_next == _matches.Count)
        {
            return false;
        }

        var match = _matches[_next++];
        (Start, End) = (match.Start.Value, match.End.Value);
        return true;
    }

    /// <summary>Gives the room back.</summary>
    public readonly void Dispose()
    {
        if (_matches.Capacity <= MostKept)
        {
            Spare = _matches;
        }
    }
}
