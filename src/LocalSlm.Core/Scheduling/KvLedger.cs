namespace LocalSlm.Scheduling;

/// <summary>Counts the cells of the KV memory exactly, so that it is never overrun: every sequence's token has a cell, and a
/// cell that several sequences share counts once. Not thread-safe: the owner thread's own.</summary>
internal sealed class KvLedger
{
    private readonly List<int> _references = [];
    private readonly Stack<int> _released = [];
    private readonly List<int>[] _cells;

    public KvLedger(int totalTokens, int sequenceCount)
    {
        Total = totalTokens;
        _cells = new List<int>[sequenceCount];
        for (var i = 0; i < sequenceCount; i++)
        {
            _cells[i] = [];
        }
    }

    public int Total { get; }

    public int Used => _references.Count - _released.Count;

    public int Free => Total - Used;

    public void Append(int sequence, int count)
    {
        if (count > Free)
        {
            throw new InvalidOperationException($"{count} cells wanted, {Free} free.");
        }

        var cells = _cells[sequence];
        for (var i = 0; i < count; i++)
        {
            if (_released.TryPop(out var cell))
            {
                _references[cell] = 1;
            }
            else
            {
                cell = _references.Count;
                _references.Add(1);
            }

            cells.Add(cell);
        }
    }

    public void CutBack(int sequence, int count)
    {
        var cells = _cells[sequence];
        for (var i = cells.Count - 1; i >= count; i--)
        {
            if (--_references[cells[i]] == 0)
            {
                _released.Push(cells[i]);
            }
        }

        cells.RemoveRange(count, cells.Count - count);
    }

    public void Share(int source, int target, int count)
    {
        var cells = _cells[target];
        for (var i = 0; i < count; i++)
        {
            var cell = _cells[source][i];
            _references[cell]++;
            cells.Add(cell);
        }
    }

    /// <summary>Tells how many cells would become free if a sequence were cleared.</summary>
    public int CountOwn(int sequence)
    {
        var own = 0;
        foreach (var cell in _cells[sequence])
        {
            own += _references[cell] == 1 ? 1 : 0;
        }

        return own;
    }
}
