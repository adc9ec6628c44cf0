namespace LocalSlm.Tokenization;

/// <summary>Which parts of a prompt a caller wrote.</summary>
internal sealed class CallerParts
{
    private readonly List<int> _starts = [];
    private readonly List<int> _ends = [];

    public bool IsEmpty => _starts.Count == 0;

    /// <summary>Adds a part behind all others.</summary>
    public void Add(int start, int end)
    {
        if (start == end)
        {
            return;
        }

        if (_ends.Count > 0 && _ends[^1] == start)
        {
            _ends[^1] = end;
            return;
        }

        _starts.Add(start);
        _ends.Add(end);
    }

    /// <summary>Tells whether a range holds a character that a caller wrote.</summary>
    public bool Touches(int start, int end)
    {
        // The first part that ends behind the start.
        var at = _ends.BinarySearch(start + 1);
        at = at < 0 ? ~at : at;
        return at < _starts.Count && _starts[at] < end;
    }
}
