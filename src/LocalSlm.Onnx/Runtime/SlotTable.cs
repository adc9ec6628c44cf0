namespace LocalSlm.Onnx.Runtime;

/// <summary>Which sequence lies in which slot. Sequences that lie in none are kept elsewhere, or are empty.</summary>
internal sealed class SlotTable
{
    private readonly int[] _slotOf;
    private readonly int[] _sequenceIn;
    private readonly long[] _lastUse;
    private long _uses;

    public SlotTable(int sequences, int slots)
    {
        _slotOf = new int[sequences];
        _sequenceIn = new int[slots];
        _lastUse = new long[sequences];
        _slotOf.AsSpan().Fill(-1);
        _sequenceIn.AsSpan().Fill(-1);
    }

    /// <summary>Gets the slot of a sequence, or -1.</summary>
    public int SlotOf(int sequence) => _slotOf[sequence];

    /// <summary>Gets the sequence in a slot, or -1.</summary>
    public int SequenceIn(int slot) => _sequenceIn[slot];

    /// <summary>Notes that a sequence is computed now.</summary>
    public void Touch(int sequence) => _lastUse[sequence] = ++_uses;

    /// <summary>Puts a sequence into a free slot.</summary>
    public void Put(int sequence, int slot)
    {
        _slotOf[sequence] = slot;
        _sequenceIn[slot] = sequence;
    }

    /// <summary>Frees the slot of a sequence, if it has one.</summary>
    public void Remove(int sequence)
    {
        if (_slotOf[sequence] >= 0)
        {
            _sequenceIn[_slotOf[sequence]] = -1;
            _slotOf[sequence] = -1;
        }
    }

    /// <summary>Exchanges two slots; either may be free.</summary>
    public void Swap(int first, int second)
    {
        var (one, other) = (_sequenceIn[first], _sequenceIn[second]);
        (_sequenceIn[first], _sequenceIn[second]) = (other, one);
        if (one >= 0)
        {
            _slotOf[one] = second;
        }

        if (other >= 0)
        {
            _slotOf[other] = first;
        }
    }

    /// <summary>Finds a free slot among the first ones, or gives -1.</summary>
    public int FindFree(int slots) => _sequenceIn.AsSpan(0, slots).IndexOf(-1);

    /// <summary>Finds the sequence in a slot that was used longest ago and is not of the present batch, or gives -1.</summary>
    /// <param name="slots">How many slots there are.</param>
    /// <param name="since">The number of uses when the batch began.</param>
    public int FindIdle(int slots, long since)
    {
        var oldest = -1;
        for (var slot = 0; slot < slots; slot++)
        {
            var sequence = _sequenceIn[slot];
            if (sequence >= 0 && _lastUse[sequence] <= since && (oldest < 0 || _lastUse[sequence] < _lastUse[oldest]))
            {
                oldest = sequence;
            }
        }

        return oldest;
    }

    /// <summary>Gets the number of uses so far.</summary>
    public long Uses => _uses;
}
