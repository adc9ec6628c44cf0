namespace LocalSlm.Templating;

/// <summary><c>x | filter(…)</c>. Which argument is which parameter is settled when the template is parsed.</summary>
internal sealed class FilterExpression : Expression
{
    private readonly Expression? _input;
    private readonly string _name;
    private readonly Filter? _filter;
    private readonly ArgumentList _arguments;
    private readonly int[]? _namedPlaces;
    private readonly bool _isOfBlock;

    /// <summary>Makes a filter; without <paramref name="input"/> it is the filter of a block, given its text by <see cref="Apply"/>.</summary>
    public FilterExpression(Expression? input, string name, ArgumentList arguments)
    {
        _input = input;
        _isOfBlock = input is null or FilterExpression { _isOfBlock: true };
        _name = name;
        _arguments = arguments;
        Filters.Table.TryGetValue(name, out _filter);
        _namedPlaces = _filter?.Place(arguments);
        Over(input);
        Over(arguments.Expressions);
    }

    public override object? Evaluate(RenderState state) => Apply(state, _input!.Evaluate(state));

    public object? Apply(RenderState state, object? value)
    {
        state.Step();
        if (_isOfBlock && _input is FilterExpression inner)
        {
            value = inner.Apply(state, value);
        }

        if (_filter is null)
        {
            throw state.Error($"No filter named '{_name}'.");
        }

        if (_namedPlaces is null)
        {
            return _filter.Invoke(state, value, _arguments.Evaluate(state));
        }

        object?[] bound = _filter.Parameters!.Length == 0 ? [] : new object?[_filter.Parameters.Length];
        var positional = _arguments.Positional;
        for (int i = 0; i < bound.Length; i++)
        {
            bound[i] = i < positional.Length ? positional[i].Evaluate(state) : Missing.Value;
        }

        for (int i = 0; i < _namedPlaces.Length; i++)
        {
            bound[_namedPlaces[i]] = _arguments.Named[i].Value.Evaluate(state);
        }

        return _filter.Fixed!(state, value, bound);
    }
}
