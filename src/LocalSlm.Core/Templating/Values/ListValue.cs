namespace LocalSlm.Templating;

/// <summary>A Python list. One that the caller gave is a copy, made when first touched, so that a template cannot change the original.</summary>
internal sealed class ListValue
{
    private readonly List<object?> _items;

    public ListValue(List<object?> items) => _items = items;

    /// <summary>Takes over a list of the caller's; its elements are imported as they are read.</summary>
    public ListValue(IReadOnlyList<object?> source)
    {
        _items = [.. source];
        FromCaller = true;
    }

    /// <summary>Gets a value indicating whether the caller gave the list.</summary>
    public bool FromCaller { get; }

    public int Count => _items.Count;

    /// <summary>Gets the elements for changing them; those not yet read may not be imported.</summary>
    public List<object?> Raw => _items;

    public object? this[int index]
    {
        get
        {
            object? item = _items[index];
            if (FromCaller && Values.NeedsImport(item))
            {
                _items[index] = item = Values.Import(item);
            }

            return item;
        }
    }

    public List<object?> ToList()
    {
        var copy = new List<object?>(Count);
        for (int i = 0; i < Count; i++)
        {
            copy.Add(this[i]);
        }

        return copy;
    }
}
