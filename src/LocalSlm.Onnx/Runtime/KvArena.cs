namespace LocalSlm.Onnx.Runtime;

/// <summary>Keys and values of several sequences side by side, [slots, heads, tokens, head size] for every layer, so that one run
/// computes any neighbouring slots; and the mask, [slots, tokens], whose ones tell how many tokens a slot holds.</summary>
internal sealed unsafe class KvArena : IDisposable
{
    private readonly DecoderGraph _graph;
    private readonly int _maskBytes;
    private readonly NativeBuffer?[] _kv;
    private NativeBuffer? _mask;

    public KvArena(DecoderGraph graph)
    {
        _graph = graph;
        _maskBytes = graph.Mask is { } mask ? ElementSize.Of(mask.ElementType) : 0;
        _kv = new NativeBuffer?[graph.Kv.Count];
    }

    /// <summary>Gets the number of slots.</summary>
    public int Slots { get; private set; }

    /// <summary>Gets for how many tokens each slot has room.</summary>
    public int Capacity { get; private set; }

    /// <summary>Gets the bytes that keys and values of so many slots take.</summary>
    public long GetBytes(int slots, int capacity) => slots * (capacity * _graph.KvBytesPerToken);

    /// <summary>Gets where a slot's keys or values begin.</summary>
    public byte* GetKv(int tensor, int slot) => _kv[tensor]!.Start + GetOffset(tensor, slot);

    /// <summary>Gets the size of some slots' keys or values.</summary>
    public long GetKvBytes(int tensor, int slots) => (long)slots * Capacity * _graph.Kv[tensor].TokenBytes;

    /// <summary>Gets where a slot's mask begins.</summary>
    public byte* GetMask(int slot) => _mask!.Start + ((long)slot * Capacity * _maskBytes);

    /// <summary>Gets the size of some slots' mask.</summary>
    public long GetMaskBytes(int slots) => (long)slots * Capacity * _maskBytes;

    /// <summary>Changes the number of slots and their room. What the slots held that are there before and after stays.</summary>
    /// <param name="slots">The slots.</param>
    /// <param name="capacity">The tokens of each.</param>
    /// <param name="lengths">The tokens that each slot holds; 0 beyond the present slots.</param>
    /// <exception cref="OutOfMemoryException">There is no memory; nothing has changed.</exception>
    public void Reshape(int slots, int capacity, ReadOnlySpan<int> lengths)
    {
        var kv = new NativeBuffer[_kv.Length];
        var mask = (NativeBuffer?)null;
        try
        {
            // Memory is handed out as it is touched: only one tensor is there twice at a time, because each is freed when copied.
            mask = NativeBuffer.Allocate((long)slots * capacity * _maskBytes);
            for (var i = 0; i < kv.Length; i++)
            {
                kv[i] = NativeBuffer.Allocate((long)slots * capacity * _graph.Kv[i].TokenBytes);
            }
        }
        catch (OutOfMemoryException)
        {
            mask?.Dispose();
            foreach (var buffer in kv)
            {
                buffer?.Dispose();
            }

            throw;
        }

        var kept = Math.Min(slots, Slots);
        for (var i = 0; i < kv.Length; i++)
        {
            var tensor = _graph.Kv[i];
            for (var slot = 0; slot < kept; slot++)
            {
                var target = kv[i].Start + ((long)slot * capacity * tensor.TokenBytes);
                KvCopy.Copy(tensor, GetKv(i, slot), Capacity, target, capacity, lengths[slot]);
            }

            _kv[i]?.Dispose();
            _kv[i] = kv[i];
        }

        _mask?.Dispose();
        _mask = mask;
        Slots = slots;
        Capacity = capacity;
        for (var slot = 0; slot < slots; slot++)
        {
            SetMask(slot, 0, lengths[slot]);
        }
    }

    /// <summary>Writes ones into a part of a slot's mask.</summary>
    public void SetMask(int slot, int start, int end) => Mask(slot, start, end, 1);

    /// <summary>Writes zeros into a part of a slot's mask.</summary>
    public void ClearMask(int slot, int start, int end) => Mask(slot, start, end, 0);

    /// <summary>Exchanges what two slots hold.</summary>
    public void Swap(int first, int firstLength, int second, int secondLength)
    {
        var tokens = Math.Max(firstLength, secondLength);
        for (var i = 0; i < _kv.Length; i++)
        {
            var tensor = _graph.Kv[i];
            for (var head = 0; head < tensor.Heads; head++)
            {
                var offset = (long)head * Capacity * tensor.RowBytes;
                Exchange(GetKv(i, first) + offset, GetKv(i, second) + offset, (long)tokens * tensor.RowBytes);
            }
        }

        ClearMask(first, secondLength, firstLength);
        SetMask(first, firstLength, secondLength);
        ClearMask(second, firstLength, secondLength);
        SetMask(second, secondLength, firstLength);
    }

    /// <summary>Copies the start of one slot to another, which is empty.</summary>
    public void Copy(int source, int target, int tokens)
    {
        for (var i = 0; i < _kv.Length; i++)
        {
            KvCopy.Copy(_graph.Kv[i], GetKv(i, source), Capacity, GetKv(i, target), Capacity, tokens);
        }

        SetMask(target, 0, tokens);
    }

    /// <summary>Copies the start of a slot to memory of the form of <see cref="KvImage"/>.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="target">Where to.</param>
    /// <param name="targetTokens">For how many tokens the target has room.</param>
    /// <param name="tokens">How many are copied.</param>
    public void Export(int slot, byte* target, int targetTokens, int tokens)
    {
        for (var i = 0; i < _kv.Length; i++)
        {
            KvCopy.Copy(_graph.Kv[i], GetKv(i, slot), Capacity, target, targetTokens, tokens);
            target += (long)targetTokens * _graph.Kv[i].TokenBytes;
        }
    }

    /// <summary>Copies to an empty slot from memory of the form of <see cref="KvImage"/>.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="source">Where from.</param>
    /// <param name="sourceTokens">For how many tokens the source has room.</param>
    /// <param name="tokens">How many are copied.</param>
    public void Import(int slot, byte* source, int sourceTokens, int tokens)
    {
        for (var i = 0; i < _kv.Length; i++)
        {
            KvCopy.Copy(_graph.Kv[i], source, sourceTokens, GetKv(i, slot), Capacity, tokens);
            source += (long)sourceTokens * _graph.Kv[i].TokenBytes;
        }

        SetMask(slot, 0, tokens);
    }

    public void Dispose()
    {
        foreach (var buffer in _kv)
        {
            buffer?.Dispose();
        }

        _mask?.Dispose();
        Slots = 0;
    }

    private long GetOffset(int tensor, int slot) => (long)slot * Capacity * _graph.Kv[tensor].TokenBytes;

    private void Mask(int slot, int start, int end, int value)
    {
        if (end <= start)
        {
            return;
        }

        if (_maskBytes == sizeof(long))
        {
            new Span<long>((long*)GetMask(slot) + start, end - start).Fill(value);
        }
        else
        {
            new Span<int>((int*)GetMask(slot) + start, end - start).Fill(value);
        }
    }

    private static void Exchange(byte* first, byte* second, long bytes)
    {
        const int Part = 4096;
        var held = stackalloc byte[Part];
        for (long at = 0; at < bytes; at += Part)
        {
            var count = Math.Min(Part, bytes - at);
            Buffer.MemoryCopy(first + at, held, Part, count);
            Buffer.MemoryCopy(second + at, first + at, count, count);
            Buffer.MemoryCopy(held, second + at, count, count);
        }
    }
}
