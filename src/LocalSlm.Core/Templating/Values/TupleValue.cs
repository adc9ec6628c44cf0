namespace LocalSlm.Templating;

/// <summary>A Python tuple, or a named one as <c>groupby</c> gives.</summary>
/// <param name="items">The elements.</param>
/// <param name="names">The names of the elements, if they have any.</param>
internal sealed class TupleValue(object?[] items, string[]? names = null)
{
    public object?[] Items => items;

    public string[]? Names => names;
}
