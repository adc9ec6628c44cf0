namespace LocalSlm.Scheduling;

/// <summary>Counts the cells of the KV memory exactly, so that it is never overrun: every sequence's token has a cell, and a
/// cell that several sequences share counts once. Not thread-safe: the owner thread's own.</summary>
internal sealed class KvLedger
{
    private readonly int[] _references;
    private readonly int[] _free;
    private readonly List<int>[] _cells;

    public KvLedger(int totalTokens, int sequenceCount)
    {
        Total = totalTokens;
        Free = totalTokens;
        _references = new int[totalTokens];
        _free = new int[totalTokens];
        for (var i = 0; i < totalTokens; i++)
        {
            _free[i] = totalTokens - 1 - i;
        }

        _cells = new List<int>[sequenceCount];
        for (var i = 0; i < sequenceCount; i++)
        {
            _cells[i] = [];
        }
    }

    public int Total { get; }

    public int Free { get; private set; }

    public void Append(int sequence, int count)
    {
        if (count > Free)
        {
            throw new InvalidOperationException($"{count} cells wanted, {Free} free.");
        }

        var cells = _cells[sequence];
        for (var i = 0; i < count; i++)
        {
            var cell = _free[--Free];
            _references[cell] = 1;
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
                _free[Free++] = cells[i];
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
