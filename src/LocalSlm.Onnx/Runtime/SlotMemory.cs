using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace LocalSlm.Onnx.Runtime;

/// <summary>The keys and values of all sequences. Those that are computed lie in the slots of one <see cref="KvArena"/>, which grows
/// with them; others are put aside when their slot is wanted, in as little memory as they take.</summary>
/// <remarks><c>docs/decisions/0008-onnx-loop.md</c> tells why.</remarks>
internal sealed unsafe class SlotMemory : IDisposable
{
    /// <summary>Room grows in steps of so many tokens.</summary>
    public const int StepTokens = 256;

    private readonly DecoderGraph _graph;
    private readonly DecoderLimits _limits;
    private readonly int[] _lengths;
    private readonly Action _moving;
    private readonly ILogger _logger;
    private readonly KvArena _arena;
    private readonly SlotTable _table;
    private readonly KvImage?[] _aside;
    private readonly int[] _slotLengths;
    private long _asideBytes;

    /// <param name="graph">The graph.</param>
    /// <param name="limits">How much there may be.</param>
    /// <param name="lengths">The tokens that each sequence holds; the decoder's own, read here.</param>
    /// <param name="moving">Called before memory that runs are bound to is freed.</param>
    /// <param name="logger">Where messages go.</param>
    public SlotMemory(DecoderGraph graph, DecoderLimits limits, int[] lengths, Action moving, ILogger logger)
    {
        _graph = graph;
        _limits = limits;
        _lengths = lengths;
        _moving = moving;
        _logger = logger;
        _arena = new KvArena(graph);
        MaxSlots = Math.Min(limits.ConcurrentSequences, limits.SequenceCount);
        _table = new SlotTable(limits.SequenceCount, MaxSlots);
        _aside = new KvImage?[limits.SequenceCount];
        _slotLengths = new int[MaxSlots];
    }

    /// <summary>Gets the most slots that there will be.</summary>
    public int MaxSlots { get; }

    /// <summary>Gets the slots with their keys, values and masks.</summary>
    public KvArena Arena => _arena;

    /// <summary>Gets the bytes that are taken.</summary>
    public long Bytes => _arena.GetBytes(_arena.Slots, _arena.Capacity) + _asideBytes;

    /// <summary>Gets the slot of a sequence that was placed.</summary>
    public int SlotOf(int sequence) => _table.SlotOf(sequence);

    /// <summary>Puts sequences into slots with room for more tokens.</summary>
    /// <param name="sequences">The sequences, at most <see cref="MaxSlots"/>.</param>
    /// <param name="tokens">The tokens that the longest of them will hold.</param>
    /// <returns><see langword="false"/> if there is no memory; nothing that a sequence holds has changed.</returns>
    public bool TryPlace(ReadOnlySpan<int> sequences, int tokens)
    {
        var before = _table.Uses;
        var missing = 0;
        foreach (var sequence in sequences)
        {
            _table.Touch(sequence);
            missing += _table.SlotOf(sequence) < 0 ? 1 : 0;
        }

        if (missing == 0 && tokens <= _arena.Capacity)
        {
            return true;
        }

        try
        {
            if (!TryReshape(missing, tokens) && !TryTighten(sequences, before, tokens))
            {
                return false;
            }

            foreach (var sequence in sequences)
            {
                if (_table.SlotOf(sequence) < 0)
                {
                    Admit(sequence, before);
                }
            }

            return true;
        }
        catch (OutOfMemoryException)
        {
            return false;
        }
    }

    /// <summary>Moves sequences into neighbouring slots, with as little copying as that takes.</summary>
    /// <param name="sequences">The sequences, all placed.</param>
    /// <returns>The first of the slots.</returns>
    public int Gather(ReadOnlySpan<int> sequences)
    {
        var (first, last) = (int.MaxValue, 0);
        foreach (var sequence in sequences)
        {
            var slot = _table.SlotOf(sequence);
            first = Math.Min(first, slot);
            last = Math.Max(last, slot);
        }

        if (last - first + 1 == sequences.Length)
        {
            return first;
        }

        first = FindWindow(sequences);
        var end = first + sequences.Length;
        var free = first;
        foreach (var sequence in sequences)
        {
            var slot = _table.SlotOf(sequence);
            if (slot >= first && slot < end)
            {
                continue;
            }

            while (sequences.Contains(_table.SequenceIn(free)))
            {
                free++;
            }

            _arena.Swap(slot, _lengths[sequence], free, LengthIn(free));
            _table.Swap(slot, free);
        }

        return first;
    }

    /// <summary>Writes the mask of tokens that a run is about to append.</summary>
    public void Extend(int sequence, int start, int end) => _arena.SetMask(_table.SlotOf(sequence), start, end);

    /// <summary>Takes tokens out of a sequence's mask: what lies there is overwritten later.</summary>
    /// <param name="sequence">The sequence.</param>
    /// <param name="keep">The tokens that stay; 0 frees what it has.</param>
    /// <param name="held">The tokens that it held, or that a failed run wrote to.</param>
    public void Truncate(int sequence, int keep, int held)
    {
        var slot = _table.SlotOf(sequence);
        if (slot >= 0)
        {
            _arena.ClearMask(slot, keep, held);
        }

        if (keep == 0)
        {
            _table.Remove(sequence);
            FreeAside(sequence);
        }
    }

    /// <summary>Gives an empty sequence a copy of another one's start, aside.</summary>
    /// <returns><see langword="false"/> if there is no memory.</returns>
    public bool TryCopy(int source, int target, int tokens)
    {
        if (TryMakeImage(tokens) is not { } image)
        {
            return false;
        }

        Export(source, image.Start, tokens, tokens);
        SetAside(target, image);
        return true;
    }

    /// <summary>Copies a sequence out.</summary>
    /// <param name="sequence">The sequence.</param>
    /// <param name="target">Memory of the form of <see cref="KvImage"/>.</param>
    /// <param name="targetTokens">For how many tokens it has room.</param>
    /// <param name="tokens">How many are copied.</param>
    public void Export(int sequence, byte* target, int targetTokens, int tokens)
    {
        if (_aside[sequence] is { } image)
        {
            var source = image.Start;
            foreach (var tensor in _graph.Kv)
            {
                KvCopy.Copy(tensor, source, image.Tokens, target, targetTokens, tokens);
                source += (long)image.Tokens * tensor.TokenBytes;
                target += (long)targetTokens * tensor.TokenBytes;
            }
        }
        else
        {
            _arena.Export(_table.SlotOf(sequence), target, targetTokens, tokens);
        }
    }

    /// <summary>Gives an empty sequence what was saved.</summary>
    /// <returns><see langword="false"/> if there is no memory.</returns>
    public bool TryImport(int sequence, ReadOnlySpan<byte> state, int tokens)
    {
        if (TryMakeImage(tokens) is not { } image)
        {
            return false;
        }

        state.CopyTo(new Span<byte>(image.Start, state.Length));
        SetAside(sequence, image);
        return true;
    }

    public void Dispose()
    {
        _arena.Dispose();
        foreach (var image in _aside)
        {
            image?.Dispose();
        }
    }

    /// <summary>Finds the neighbouring slots that take the least copying.</summary>
    private int FindWindow(ReadOnlySpan<int> sequences)
    {
        var best = 0;
        var least = long.MaxValue;
        for (var start = 0; start + sequences.Length <= _arena.Slots; start++)
        {
            long tokens = 0;
            foreach (var sequence in sequences)
            {
                var slot = _table.SlotOf(sequence);
                tokens += slot < start || slot >= start + sequences.Length ? _lengths[sequence] : 0;
            }

            for (var slot = start; slot < start + sequences.Length; slot++)
            {
                tokens += sequences.Contains(_table.SequenceIn(slot)) ? 0 : LengthIn(slot);
            }

            if (tokens < least)
            {
                (best, least) = (start, tokens);
            }
        }

        return best;
    }

    /// <summary>Makes room without moving anything out, if the memory allows.</summary>
    private bool TryReshape(int missing, int tokens)
    {
        var free = 0;
        for (var slot = 0; slot < _arena.Slots; slot++)
        {
            free += _table.SequenceIn(slot) < 0 ? 1 : 0;
        }

        var slots = Math.Min(MaxSlots, _arena.Slots + Math.Max(0, missing - free));
        var displaced = Math.Max(0, missing - free - (slots - _arena.Slots));
        var aside = _asideBytes + (displaced * _arena.Capacity * _graph.KvBytesPerToken);
        foreach (var capacity in (ReadOnlySpan<int>)[Grow(tokens, generous: true), Grow(tokens, generous: false)])
        {
            if (_arena.GetBytes(slots, capacity) + aside <= _limits.KvBytes)
            {
                if (slots != _arena.Slots || capacity != _arena.Capacity)
                {
                    Reshape(slots, capacity);
                }

                return true;
            }
        }

        return false;
    }

    /// <summary>Puts everything aside that is not computed now, and keeps as many slots as are wanted, with as little room.</summary>
    private bool TryTighten(ReadOnlySpan<int> sequences, long before, int tokens)
    {
        var capacity = Grow(tokens, generous: false, fromScratch: true);
        long others = 0;
        for (var sequence = 0; sequence < _lengths.Length; sequence++)
        {
            others +=
                sequences.Contains(sequence) ? 0
                : _aside[sequence] is { } image ? image.Bytes
                : _lengths[sequence] * _graph.KvBytesPerToken;
        }

        if (_arena.GetBytes(sequences.Length, capacity) + others > _limits.KvBytes)
        {
            return false;
        }

        for (var idle = _table.FindIdle(_arena.Slots, before); idle >= 0; idle = _table.FindIdle(_arena.Slots, before))
        {
            PutAside(idle);
        }

        // What is left moves to the front, where the new slots will be.
        var target = 0;
        for (var slot = 0; slot < _arena.Slots; slot++)
        {
            if (_table.SequenceIn(slot) >= 0)
            {
                if (slot != target)
                {
                    _arena.Swap(slot, LengthIn(slot), target, 0);
                    _table.Swap(slot, target);
                }

                target++;
            }
        }

        Reshape(sequences.Length, capacity);
        return true;
    }

    private int Grow(int tokens, bool generous, bool fromScratch = false)
    {
        if (_graph.FixedTokens > 0)
        {
            return _graph.FixedTokens;
        }

        if (tokens <= _arena.Capacity && !fromScratch)
        {
            return _arena.Capacity;
        }

        // Half as much again: what is copied on the way stays below three times the length.
        long wanted = generous ? Math.Max(tokens, _arena.Capacity + (_arena.Capacity / 2)) : tokens;
        // Never beyond the longest conversation: the graph's tables of positions may end there.
        return (int)Math.Min(RoundUp(wanted), _limits.SequenceTokens);
    }

    private static long RoundUp(long tokens) => (tokens + StepTokens - 1) / StepTokens * StepTokens;

    private void Reshape(int slots, int capacity)
    {
        _moving();
        _slotLengths.AsSpan().Clear();
        for (var slot = 0; slot < Math.Min(slots, _arena.Slots); slot++)
        {
            _slotLengths[slot] = LengthIn(slot);
        }

        _arena.Reshape(slots, capacity, _slotLengths);
        DecoderLog.Reshaped(_logger, slots, capacity, Bytes >> 20);
    }

    private void Admit(int sequence, long before)
    {
        var slot = _table.FindFree(_arena.Slots);
        if (slot < 0)
        {
            var idle = _table.FindIdle(_arena.Slots, before);
            Debug.Assert(idle >= 0, "There are as many slots as sequences are computed at once.");
            slot = _table.SlotOf(idle);
            PutAside(idle);
        }

        _table.Put(sequence, slot);
        if (_aside[sequence] is { } image)
        {
            _arena.Import(slot, image.Start, image.Tokens, _lengths[sequence]);
            FreeAside(sequence);
        }
    }

    private void PutAside(int sequence)
    {
        var length = _lengths[sequence];
        var slot = _table.SlotOf(sequence);
        if (length > 0)
        {
            var image = new KvImage(_graph, length);
            _arena.Export(slot, image.Start, length, length);
            _arena.ClearMask(slot, 0, length);
            SetAside(sequence, image);
        }

        _table.Remove(sequence);
    }

    private KvImage? TryMakeImage(int tokens)
    {
        if (Bytes + (tokens * _graph.KvBytesPerToken) > _limits.KvBytes)
        {
            return null;
        }

        try
        {
            return new KvImage(_graph, tokens);
        }
        catch (OutOfMemoryException)
        {
            return null;
        }
    }

    private void SetAside(int sequence, KvImage image)
    {
        _aside[sequence] = image;
        _asideBytes += image.Bytes;
    }

    private void FreeAside(int sequence)
    {
        if (_aside[sequence] is { } image)
        {
            _asideBytes -= image.Bytes;
            _aside[sequence] = null;
            image.Dispose();
        }
    }

    private int LengthIn(int slot) => _table.SequenceIn(slot) is >= 0 and var sequence ? _lengths[sequence] : 0;
}
