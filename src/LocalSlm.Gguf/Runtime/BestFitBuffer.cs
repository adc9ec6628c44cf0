namespace LocalSlm.Gguf.Runtime;

/// <summary>Packs results that live for a while into one buffer as ggml does (<c>ggml_dyn_tallocr</c> of ggml-alloc.c, llama.cpp v0.4.0): each
/// takes the smallest hole that holds it, the later of equal ones, and only if there is none the open end. Sizes alone; no memory is
/// taken.</summary>
internal sealed class BestFitBuffer
{
    // Offsets of Vulkan, CUDA and CPU buffers are multiples of 16 to 256 bytes; a round number between.
    private const long Alignment = 128;

    private (long Start, long Size)[] _holes = new (long, long)[16];
    private int _count;
    private long _end;

    /// <summary>Gets the most bytes that were in use, holes included: the size of the buffer.</summary>
    public long Size { get; private set; }

    /// <summary>Empties it.</summary>
    public void Clear()
    {
        _count = 0;
        _end = 0;
        Size = 0;
    }

    /// <summary>Places a result.</summary>
    /// <param name="bytes">Its size.</param>
    /// <returns>Where it lies.</returns>
    public long Take(long bytes)
    {
        bytes = Align(bytes);
        if (bytes == 0)
        {
            return 0;
        }

        var best = -1;
        for (var i = 0; i < _count; i++)
        {
            if (_holes[i].Size >= bytes && (best < 0 || _holes[i].Size <= _holes[best].Size))
            {
                best = i;
            }
        }

        if (best < 0)
        {
            var end = _end;
            _end += bytes;
            Size = Math.Max(Size, _end);
            return end;
        }

        var (start, size) = _holes[best];
        if (size == bytes)
        {
            RemoveAt(best);
        }
        else
        {
            _holes[best] = (start + bytes, size - bytes);
        }

        return start;
    }

    /// <summary>Gives a result's place back.</summary>
    /// <param name="start">Where it lies.</param>
    /// <param name="bytes">Its size.</param>
    public void Return(long start, long bytes)
    {
        bytes = Align(bytes);
        if (bytes == 0)
        {
            return;
        }

        var at = 0;
        while (at < _count && _holes[at].Start < start)
        {
            at++;
        }

        if (at > 0 && _holes[at - 1].Start + _holes[at - 1].Size == start)
        {
            at--;
            start = _holes[at].Start;
            bytes += _holes[at].Size;
            RemoveAt(at);
        }

        if (at < _count && start + bytes == _holes[at].Start)
        {
            bytes += _holes[at].Size;
            RemoveAt(at);
        }

        if (start + bytes == _end)
        {
            _end = start;
            return;
        }

        if (_count == _holes.Length)
        {
            Array.Resize(ref _holes, _count * 2);
        }

        Array.Copy(_holes, at, _holes, at + 1, _count - at);
        _holes[at] = (start, bytes);
        _count++;
    }

    private static long Align(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;

    private void RemoveAt(int index)
    {
        _count--;
        Array.Copy(_holes, index + 1, _holes, index, _count - index);
    }
}
