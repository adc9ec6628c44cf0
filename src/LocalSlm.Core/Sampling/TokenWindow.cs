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

    public void Add(ReadOnlySpan<int> tokens)
    {
        foreach (int token in tokens.Length > _limit ? tokens[^_limit..] : tokens)
        {
            Add(token);
        }
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

    public TokenWindow Clone() => new(this);

    private void Grow()
    {
        // Long arithmetic: the limit may be int.MaxValue.
        var larger = new int[(int)Math.Min(_limit, Math.Min(2L * _ring.Length, Array.MaxLength))];
        int first = _ring.Length - _start;
        _ring.AsSpan(_start).CopyTo(larger);
        _ring.AsSpan(0, _start).CopyTo(larger.AsSpan(first));
        _ring = larger;
        _start = 0;
    }
}
