using System.Diagnostics.CodeAnalysis;

namespace LocalSlm.Scheduling;

/// <summary>All sequences of a decoder, what each holds, and the memory they take. Every change of the decoder's memory goes
/// through here, so that tokens, cells and the native memory agree. The owner thread's own.</summary>
/// <remarks>A decoder whose device has failed may refuse even to cut a sequence. Then the books alone are kept: the memory is gone, and
/// a reply must not be torn in the middle of a token by it.</remarks>
internal sealed class SequenceTable
{
    private ITokenDecoder _decoder;
    private SequenceSlot[] _slots;
    private KvLedger _ledger;
    private PrefixSharing _sharing;
    private long _uses;

    public SequenceTable(ITokenDecoder decoder) => MoveTo(decoder);

    /// <summary>Gets the decoder whose sequences these are.</summary>
    public ITokenDecoder Decoder => _decoder;

    /// <summary>Gets the most tokens that one sequence holds.</summary>
    public int SequenceTokens { get; private set; }

    public int FreeTokens => _ledger.Free;

    public int TotalTokens => _ledger.Total;

    public int CachedConversations
    {
        get
        {
            var cached = 0;
            foreach (var slot in _slots)
            {
                cached += slot is { Owner: null, IsEmpty: false } ? 1 : 0;
            }

            return cached;
        }
    }

    /// <summary>Gets the tokens that would be free if every cached conversation were dropped. Cells that cached conversations
    /// share among themselves are not counted, so this is a lower bound.</summary>
    public int ReclaimableTokens
    {
        get
        {
            var tokens = _ledger.Free;
            foreach (var slot in _slots)
            {
                tokens += slot.Owner is null ? _ledger.CountOwn(slot.Number) : 0;
            }

            return tokens;
        }
    }

    /// <summary>Begins anew with another decoder, all of whose sequences are empty.</summary>
    [MemberNotNull(nameof(_decoder), nameof(_slots), nameof(_ledger))]
    public void MoveTo(ITokenDecoder decoder)
    {
        _decoder = decoder;
        var capabilities = decoder.Capabilities;
        SequenceTokens = capabilities.SequenceTokens;
        _sharing = capabilities.PrefixSharing;
        _slots = new SequenceSlot[capabilities.SequenceCount];
        for (var i = 0; i < _slots.Length; i++)
        {
            _slots[i] = new SequenceSlot(i);
        }

        _ledger = new KvLedger(capabilities.TotalTokens, _slots.Length);
    }

    /// <summary>Finds the sequence that shares the longest start with some tokens.</summary>
    /// <param name="tokens">The tokens that may be reused: the last one of a prompt is not among them.</param>
    public PrefixMatch FindPrefix(ReadOnlySpan<int> tokens)
    {
        var best = default(PrefixMatch);
        foreach (var slot in _slots)
        {
            var common = slot.Tokens.CommonPrefixLength(tokens);
            if (common == 0 || common < best.Tokens || (slot.Owner is not null && _sharing == PrefixSharing.None))
            {
                continue;
            }

            var keepable = GetKeepable(slot, common);

            // At the same length an idle sequence is better: it can be used as it is.
            if (keepable > best.Tokens || (keepable == best.Tokens && best.Slot?.Owner is not null && keepable > 0))
            {
                best = new PrefixMatch(slot, keepable);
            }
        }

        return best;
    }

    /// <summary>Gives a reply a sequence that holds as much of its start as possible.</summary>
    /// <returns>The sequence, or <see langword="null"/> if none is free. Its length tells how many tokens it holds.</returns>
    public SequenceSlot? Acquire(LiveReply reply, PrefixMatch match)
    {
        var slot = match.Slot is { Owner: null } idle && IsBestTaken(idle, match.Tokens) ? idle : null;
        if (slot is not null)
        {
            CutBack(slot, match.Tokens);
        }
        else
        {
            slot = FindVictim(match.Slot);
            if (slot is null)
            {
                return null;
            }

            CutBack(slot, 0);
            if (match.Slot is { } source && match.Tokens > 0)
            {
                TryShare(source, slot, match.Tokens);
            }
        }

        slot.Owner = reply;
        Touch(slot);
        return slot;
    }

    public void Append(SequenceSlot slot, ReadOnlySpan<int> tokens)
    {
        _ledger.Append(slot.Number, tokens.Length);
        slot.Append(tokens);
    }

    public void CutBack(SequenceSlot slot, int count)
    {
        if (count == slot.Length)
        {
            return;
        }

        try
        {
            _decoder.CutBack(slot.Number, count);
        }
        catch (Exception) when (_decoder.DeviceFailure is not null)
        {
            // See the remarks.
        }

        _ledger.CutBack(slot.Number, count);
        slot.CutBack(count);
    }

    /// <summary>Tells whether a sequence can be cut back to so many tokens exactly.</summary>
    public bool CanCutBack(SequenceSlot slot, int count) => count >= slot.Length || GetKeepable(slot, count) == count;

    /// <summary>Cuts a sequence back to some tokens, or to as many below as its memory can keep.</summary>
    public void CutBackTowards(SequenceSlot slot, int count) => CutBack(slot, GetKeepable(slot, count));

    /// <summary>Takes a sequence from its reply; its tokens stay cached.</summary>
    public void Release(SequenceSlot slot)
    {
        slot.Owner = null;
        Touch(slot);
    }

    /// <summary>Drops the cached conversation that was used longest ago.</summary>
    /// <returns><see langword="false"/> if there is none.</returns>
    public bool TryEvict()
    {
        SequenceSlot? oldest = null;
        foreach (var slot in _slots)
        {
            if (slot is { Owner: null, IsEmpty: false } && (oldest is null || slot.LastUse < oldest.LastUse))
            {
                oldest = slot;
            }
        }

        if (oldest is null)
        {
            return false;
        }

        CutBack(oldest, 0);
        return true;
    }

    private bool IsBestTaken(SequenceSlot idle, int keep)
    {
        // Taken as it is, a cached conversation loses what lies behind the common start. It is worth keeping whole when only
        // a lesser part is common (a system prompt, say) and another sequence can have a copy.
        return keep * 2 >= idle.Length || _sharing == PrefixSharing.None || FindVictim(idle) is null;
    }

    private SequenceSlot? FindVictim(SequenceSlot? spared)
    {
        SequenceSlot? victim = null;
        foreach (var slot in _slots)
        {
            if (slot.Owner is not null || slot == spared)
            {
                continue;
            }

            if (slot.IsEmpty)
            {
                return slot;
            }

            if (victim is null || slot.LastUse < victim.LastUse)
            {
                victim = slot;
            }
        }

        return victim;
    }

    private void TryShare(SequenceSlot source, SequenceSlot target, int count)
    {
        if (_sharing == PrefixSharing.Copied && _ledger.Free < count)
        {
            return;
        }

        if (_sharing == PrefixSharing.None || !TryCopyPrefix(source, target, count))
        {
            return;
        }

        if (_sharing == PrefixSharing.Shared)
        {
            _ledger.Share(source.Number, target.Number, count);
        }
        else
        {
            _ledger.Append(target.Number, count);
        }

        target.Append(source.Tokens[..count]);
        Touch(source);
    }

    private int GetKeepable(SequenceSlot slot, int count)
    {
        try
        {
            return _decoder.GetKeepable(slot.Number, count);
        }
        catch (Exception) when (_decoder.DeviceFailure is not null)
        {
            return 0;
        }
    }

    private bool TryCopyPrefix(SequenceSlot source, SequenceSlot target, int count)
    {
        try
        {
            return _decoder.TryCopyPrefix(source.Number, target.Number, count);
        }
        catch (Exception) when (_decoder.DeviceFailure is not null)
        {
            return false;
        }
    }

    private void Touch(SequenceSlot slot) => slot.LastUse = ++_uses;
}
