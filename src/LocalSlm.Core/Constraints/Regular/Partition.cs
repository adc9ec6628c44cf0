namespace LocalSlm.Constraints.Regular;

/// <summary>A division of numbers into sets, refined by marking some and splitting each set into the marked and the rest
/// (A. Valmari, P. Lehtinen, "Efficient Minimization of DFAs with Partial Transition Functions", STACS 2008).</summary>
internal sealed class Partition
{
    private readonly int[] _elements;
    private readonly int[] _places;
    private readonly int[] _sets;
    private readonly int[] _firsts;
    private readonly int[] _ends;
    private readonly int[] _marked;
    private readonly Stack<int> _touched = new();

    /// <summary>Creates the division into one set.</summary>
    public Partition(int count)
    {
        _elements = new int[count];
        _places = new int[count];
        _sets = new int[count];
        _firsts = new int[count + 1];
        _ends = new int[count + 1];
        _marked = new int[count + 1];
        for (var i = 0; i < count; i++)
        {
            _elements[i] = _places[i] = i;
        }

        if (count > 0)
        {
            _ends[0] = count;
            Count = 1;
        }
    }

    /// <summary>Creates the division by a label.</summary>
    public Partition(int[] labels)
        : this(labels.Length)
    {
        if (labels.Length == 0)
        {
            return;
        }

        Array.Sort((int[])labels.Clone(), _elements);
        Count = 0;
        for (var i = 0; i < _elements.Length; i++)
        {
            if (i == 0 || labels[_elements[i]] != labels[_elements[i - 1]])
            {
                _firsts[Count++] = i;
            }

            _ends[Count - 1] = i + 1;
            _sets[_elements[i]] = Count - 1;
            _places[_elements[i]] = i;
        }
    }

    /// <summary>Gets the number of sets.</summary>
    public int Count { get; private set; }

    /// <summary>Gets the set of an element.</summary>
    public int this[int element] => _sets[element];

    /// <summary>Gets the elements of a set, as they lie now.</summary>
    public ReadOnlySpan<int> Members(int set) => _elements.AsSpan(_firsts[set].._ends[set]);

    /// <summary>Marks an element.</summary>
    public void Mark(int element)
    {
        var set = _sets[element];
        var place = _places[element];
        var target = _firsts[set] + _marked[set];
        if (place < target)
        {
            return;
        }

        _elements[place] = _elements[target];
        _places[_elements[place]] = place;
        _elements[target] = element;
        _places[element] = target;
        if (_marked[set]++ == 0)
        {
            _touched.Push(set);
        }
    }

    /// <summary>Splits each set with marks; the smaller part becomes the new set. Clears the marks.</summary>
    public void Split()
    {
        while (_touched.TryPop(out var set))
        {
            var cut = _firsts[set] + _marked[set];
            if (cut < _ends[set])
            {
                if (_marked[set] <= _ends[set] - cut)
                {
                    (_firsts[Count], _ends[Count]) = (_firsts[set], cut);
                    _firsts[set] = cut;
                }
                else
                {
                    (_firsts[Count], _ends[Count]) = (cut, _ends[set]);
                    _ends[set] = cut;
                }

                foreach (var element in Members(Count))
                {
                    _sets[element] = Count;
                }

                Count++;
            }

            _marked[set] = 0;
        }
    }
}
