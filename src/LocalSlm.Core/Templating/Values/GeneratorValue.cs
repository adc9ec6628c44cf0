namespace LocalSlm.Templating;

/// <summary>A Python generator: true whatever it holds, without a length, and empty once it was read.</summary>
internal sealed class GeneratorValue(List<object?> items, string kind = "generator")
{
    private int _next;

    /// <summary>Gets Python's name of the type.</summary>
    public string Kind => kind;

    /// <summary>Takes the rest.</summary>
    public List<object?> Drain()
    {
        var rest = _next == 0 ? items : items.GetRange(_next, items.Count - _next);
        _next = items.Count;
        items = rest.Count == 0 ? items : [];
        _next = 0;
        return rest;
    }

    /// <summary>Takes one element.</summary>
    public bool TryNext(out object? item)
    {
        bool any = _next < items.Count;
        item = any ? items[_next++] : null;
        return any;
    }
}
