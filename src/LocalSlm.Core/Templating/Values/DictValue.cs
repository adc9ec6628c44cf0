using System.Diagnostics.CodeAnalysis;

namespace LocalSlm.Templating;

/// <summary>A Python dict. One that the caller gave is read through until it holds something that must be imported or the template changes it.</summary>
internal sealed class DictValue
{
    private readonly IReadOnlyDictionary<string, object?>? _source;
    private OrderedDictionary<object, object?>? _items;

    public DictValue(OrderedDictionary<object, object?> items) => _items = items;

    public DictValue()
        : this(new OrderedDictionary<object, object?>(KeyComparer.Instance)) { }

    public DictValue(IReadOnlyDictionary<string, object?> source)
    {
        _source = source;
        FromCaller = true;
    }

    /// <summary>Gets a value indicating whether the caller gave the dictionary, keys and all.</summary>
    public bool FromCaller { get; }

    public int Count => _items?.Count ?? _source!.Count;

    /// <summary>Gets the entries for changing them.</summary>
    public OrderedDictionary<object, object?> Items
    {
        get
        {
            if (_items is null)
            {
                _items = new OrderedDictionary<object, object?>(_source!.Count, KeyComparer.Instance);
                foreach (var (key, value) in _source)
                {
                    _items.Add(key, Values.Import(value));
                }
            }

            return _items;
        }
    }

    public bool TryGet(string key, [MaybeNullWhen(false)] out object? value)
    {
        if (_items is not null)
        {
            return _items.TryGetValue(key, out value);
        }

        if (!_source!.TryGetValue(key, out value))
        {
            return false;
        }

        if (value is CallerText caller)
        {
            value = caller.Text;
        }
        else if (Values.NeedsImport(value))
        {
            return Items.TryGetValue(key, out value);
        }

        return true;
    }

    /// <summary>Looks up any key; unhashable ones are an error.</summary>
    public bool TryGet(RenderState state, object? key, out object? value)
    {
        if (Texts.TryGet(key, out string? text))
        {
            return TryGet(text, out value);
        }

        Values.CheckHashable(state, key);
        return Items.TryGetValue(KeyComparer.Wrap(key), out value);
    }

    public void Set(RenderState state, object? key, object? value)
    {
        Values.CheckHashable(state, key);
        state.Step();
        Items[KeyComparer.Wrap(key)] = value;
    }

    /// <summary>Gets the keys as values; the caller's are caller text.</summary>
    public object? KeyAt(int index) => Present(Items.GetAt(index).Key);

    public object? ValueAt(int index) => Items.GetAt(index).Value;

    public TupleValue EntryAt(int index) => new([KeyAt(index), ValueAt(index)]);

    private object? Present(object key) =>
        FromCaller && key is string text ? new TemplateText(text, -1) : KeyComparer.Unwrap(key);
}
