using System.Runtime.InteropServices;

namespace LocalSlm.Sampling;

/// <summary>The most recent tokens, and how often each of them occurs.</summary>
internal sealed class TokenWindow
{
    private readonly int _limit;
    private readonly Dictionary<int, int> _occurrences;
    private int[] _ring;
    private int _start;
    private int _count;

    public TokenWindow(int limit)
    {
        _limit = limit;
        // A window may be as long as the context or longer; memory follows what is really held.
        _ring = new int[Math.Min(limit, 256)];
        _occurrences = new Dictionary<int, int>(_ring.Length);
    }

    private TokenWindow(TokenWindow other)
    {
        _limit = other._limit;
        _ring = (int[])other._ring.Clone();
        _start = other._start;
        _count = other._count;
        _occurrences = new Dictionary<int, int>(other._occurrences);
    }

    public int Count => _count;

    /// <summary>Gets the distinct tokens with their numbers of occurrences.</summary>
    public Dictionary<int, int> Occurrences => _occurrences;

    public void Add(int token)
    {
        if (_limit == 0)
        {
            return;
        }

        if (_count == _limit)
        {
            int oldest = _ring[_start];
            _start = _start + 1 == _ring.Length ? 0 : _start + 1;
            _count--;
            ref int left = ref CollectionsMarshal.GetValueRefOrNullRef(_occurrences, oldest);
            if (--left == 0)
            {
                _occurrences.Remove(oldest);
            }
        }
        else if (_count == _ring.Length)
        {
            Grow();
        }

        int end = _start + _count;
        _ring[end >= _ring.Length ? end - _ring.Length : end] = token;
        _count++;
        CollectionsMarshal.GetValueRefOrAddDefault(_occurrences, token, out _)++;
    }

    /// <summary>Writes the tokens, the newest first.</summary>
    public void CopyNewestFirst(Span<int> destination)
    {
        int from = _start + _count - 1;
        for (int i = 0; i < _count; i++, from--)
        {
            destination[i] = _ring[from >= _ring.Length ? from - _ring.Length : from];
        }
    }

    public void Clear()
    {
        _start = 0;
        _count = 0;
        _occurrences.Clear();
    }

    public TokenWindow Clone() => new(this);

    private void Grow()
    {
        // The start has not moved yet: that begins when the limit is reached, and then there is no more growing.
        // Long arithmetic, since the limit may be int.MaxValue.
        Array.Resize(ref _ring, (int)Math.Min(_limit, Math.Min(2L * _ring.Length, Array.MaxLength)));
    }
}
