namespace LocalSlm.Tokenization.Bpe;

/// <summary>Merges the symbols of one piece: again and again the pair of lowest rank, the leftmost of equals. Work space of one
/// thread at a time.</summary>
internal sealed class SymbolMerger
{
    /// <summary>Up to here, looking through all pairs for the lowest rank is faster than keeping them in a heap.</summary>
    private const int MostScanned = 96;

    private readonly int[] _ranks = new int[MostScanned];
    private int[] _next = [];
    private int[] _previous = [];
    private int[] _linkedRanks = [];
    private ulong[] _heap = [];
    private int _heapCount;

    /// <summary>Merges in place.</summary>
    /// <param name="merges">The merges.</param>
    /// <param name="ids">The symbols; the first of them are the tokens afterwards.</param>
    /// <param name="lengths">What each symbol covers, added up when symbols merge; or empty.</param>
    /// <returns>How many tokens there are.</returns>
    public int Merge(MergeTable merges, Span<int> ids, Span<int> lengths) =>
        ids.Length < 2 ? ids.Length
        : ids.Length <= MostScanned ? MergeByScan(merges, ids, lengths)
        : MergeByHeap(merges, ids, lengths);

    private int MergeByScan(MergeTable merges, Span<int> ids, Span<int> lengths)
    {
        var ranks = _ranks.AsSpan(0, ids.Length - 1);
        for (var i = 0; i < ranks.Length; i++)
        {
            ranks[i] = merges.GetRank(ids[i], ids[i + 1]);
        }

        var count = ids.Length;
        while (true)
        {
            var pairs = count - 1;
            var best = 0;
            var bestRank = MergeTable.NoRank;
            for (var i = 0; i < pairs; i++)
            {
                if (ranks[i] < bestRank)
                {
                    bestRank = ranks[i];
                    best = i;
                }
            }

            if (bestRank == MergeTable.NoRank)
            {
                return count;
            }

            ids[best] = merges.GetResult(bestRank);
            ids[(best + 2)..count].CopyTo(ids[(best + 1)..]);
            if (!lengths.IsEmpty)
            {
                lengths[best] += lengths[best + 1];
                lengths[(best + 2)..count].CopyTo(lengths[(best + 1)..]);
            }

            ranks[(best + 1)..pairs].CopyTo(ranks[best..]);
            count--;
            if (best > 0)
            {
                ranks[best - 1] = merges.GetRank(ids[best - 1], ids[best]);
            }

            if (best < count - 1)
            {
                ranks[best] = merges.GetRank(ids[best], ids[best + 1]);
            }
        }
    }

    private int MergeByHeap(MergeTable merges, Span<int> ids, Span<int> lengths)
    {
        var count = ids.Length;
        if (_next.Length < count)
        {
            var size = Math.Max(count, 1024);
            _next = new int[size];
            _previous = new int[size];
            _linkedRanks = new int[size];
            _heap = new ulong[size];
        }

        _heapCount = 0;
        for (var i = 0; i < count; i++)
        {
            _next[i] = i + 1;
            _previous[i] = i - 1;
            _linkedRanks[i] = MergeTable.NoRank;
        }

        for (var i = 0; i + 1 < count; i++)
        {
            SetRank(i, merges.GetRank(ids[i], ids[i + 1]));
        }

        while (_heapCount > 0)
        {
            var top = Pop();
            var rank = (int)(top >> 32);
            var left = (int)(uint)top;
            if (_linkedRanks[left] != rank)
            {
                continue; // The pair is gone.
            }

            var right = _next[left];
            var after = _next[right];
            ids[left] = merges.GetResult(rank);
            if (!lengths.IsEmpty)
            {
                lengths[left] += lengths[right];
            }

            _linkedRanks[right] = MergeTable.NoRank;
            _next[right] = -1;
            _next[left] = after;
            _linkedRanks[left] = MergeTable.NoRank;
            if (after < count)
            {
                _previous[after] = left;
                SetRank(left, merges.GetRank(ids[left], ids[after]));
            }

            var before = _previous[left];
            if (before >= 0)
            {
                SetRank(before, merges.GetRank(ids[before], ids[left]));
            }
        }

        var kept = 0;
        for (var i = 0; i < count; )
        {
            var next = _next[i];
            ids[kept] = ids[i];
            if (!lengths.IsEmpty)
            {
                lengths[kept] = lengths[i];
            }

            kept++;
            i = next;
        }

        return kept;
    }

    /// <summary>Gives back what a very long piece needed.</summary>
    public void Trim()
    {
        if (_heap.Length > 1 << 16)
        {
            _next = _previous = _linkedRanks = [];
            _heap = [];
        }
    }

    private void SetRank(int left, int rank)
    {
        _linkedRanks[left] = rank;
        if (rank == MergeTable.NoRank)
        {
            return;
        }

        if (_heapCount == _heap.Length)
        {
            Array.Resize(ref _heap, _heap.Length * 2);
        }

        // The rank above, the place below: equal ranks come out from left to right.
        var entry = (ulong)(uint)rank << 32 | (uint)left;
        var at = _heapCount++;
        while (at > 0)
        {
            var parent = (at - 1) >> 1;
            if (_heap[parent] <= entry)
            {
                break;
            }

            _heap[at] = _heap[parent];
            at = parent;
        }

        _heap[at] = entry;
    }

    private ulong Pop()
    {
        var top = _heap[0];
        var last = _heap[--_heapCount];
        var at = 0;
        while (true)
        {
            var child = 2 * at + 1;
            if (child >= _heapCount)
            {
                break;
            }

            if (child + 1 < _heapCount && _heap[child + 1] < _heap[child])
            {
                child++;
            }

            if (_heap[child] >= last)
            {
                break;
            }

            _heap[at] = _heap[child];
            at = child;
        }

        _heap[at] = last;
        return top;
    }
}
