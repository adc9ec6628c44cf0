namespace LocalSlm.Templating;

/// <summary>A constant.</summary>
internal sealed class ConstantExpression(object? value) : Expression
{
    public object? Value => value;

    public override object? Evaluate(RenderState state) => value;
}

/// <summary><c>[a, b]</c>.</summary>
internal sealed class ListExpression : Expression
{
    private readonly Expression[] _items;

    public ListExpression(Expression[] items)
    {
        _items = items;
        Over(items);
    }

    public override object? Evaluate(RenderState state)
    {
        state.Charge(_items.Length);
        var result = new List<object?>(_items.Length);
        foreach (var item in _items)
        {
            result.Add(item.Evaluate(state));
        }

        return new ListValue(result);
    }
}

/// <summary><c>(a, b)</c>.</summary>
internal sealed class TupleExpression : Expression
{
    private readonly Expression[] _items;

    public TupleExpression(Expression[] items)
    {
        _items = items;
        Over(items);
    }

    public override object? Evaluate(RenderState state)
    {
        state.Charge(_items.Length);
        object?[] result = new object?[_items.Length];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = _items[i].Evaluate(state);
        }

        return new TupleValue(result);
    }
}

/// <summary><c>{a: b}</c>.</summary>
internal sealed class DictExpression : Expression
{
    private readonly (Expression Key, Expression Value)[] _entries;

    public DictExpression((Expression Key, Expression Value)[] entries)
    {
        _entries = entries;
        Over(entries.Select(e => e.Key));
        Over(entries.Select(e => e.Value));
    }

    public override object? Evaluate(RenderState state)
    {
        var dict = new DictValue();
        foreach (var (key, value) in _entries)
        {
            dict.Set(state, key.Evaluate(state), value.Evaluate(state));
        }

        return dict;
    }
}

/// <summary>The bounds inside <c>x[a:b:c]</c>.</summary>
internal sealed class SliceExpression : Expression
{
    private readonly Expression? _start;
    private readonly Expression? _stop;
    private readonly Expression? _step;

    public SliceExpression(Expression? start, Expression? stop, Expression? step)
    {
        _start = start;
        _stop = stop;
        _step = step;
        Over([start, stop, step]);
    }

    public override object? Evaluate(RenderState state) =>
        new SliceValue(_start?.Evaluate(state), _stop?.Evaluate(state), _step?.Evaluate(state));
}
