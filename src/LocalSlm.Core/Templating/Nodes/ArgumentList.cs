namespace LocalSlm.Templating;

/// <summary>The arguments of a call, as written.</summary>
internal sealed class ArgumentList(
    Expression[] positional,
    (string Name, Expression Value)[] named,
    Expression? extra,
    Expression? extraNamed
)
{
    public static readonly ArgumentList Empty = new([], [], null, null);

    private readonly string[]? _names = named.Length == 0 ? null : [.. named.Select(n => n.Name)];

    public Expression[] Positional => positional;

    public (string Name, Expression Value)[] Named => named;

    /// <summary>Gets a value indicating whether there is a <c>*args</c> or <c>**kwargs</c>.</summary>
    public bool IsOpen => extra is not null || extraNamed is not null;

    public IEnumerable<Expression?> Expressions => [.. positional, .. named.Select(n => n.Value), extra, extraNamed];

    public Arguments Evaluate(RenderState state)
    {
        if (positional.Length == 0 && named.Length == 0 && !IsOpen)
        {
            return Arguments.None;
        }

        object?[] values = new object?[positional.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = positional[i].Evaluate(state);
        }

        object?[]? namedValues = null;
        if (_names is not null)
        {
            namedValues = new object?[_names.Length];
            for (int i = 0; i < namedValues.Length; i++)
            {
                namedValues[i] = named[i].Value.Evaluate(state);
            }
        }

        return IsOpen ? Open(state, values, namedValues) : new Arguments(values, _names, namedValues);
    }

    private Arguments Open(RenderState state, object?[] values, object?[]? namedValues)
    {
        if (extra is not null)
        {
            values = [.. values, .. Values.ItemsOf(state, extra.Evaluate(state))];
        }

        if (extraNamed is null)
        {
            return new Arguments(values, _names, namedValues);
        }

        if (extraNamed.Evaluate(state) is not DictValue dict)
        {
            throw state.Error("argument after ** must be a mapping");
        }

        var allNames = new List<string>(_names ?? []);
        var allValues = new List<object?>(namedValues ?? []);
        state.Charge(dict.Count);
        foreach (var (key, value) in dict.Items)
        {
            string name = Texts.TryGet(key, out string? text) ? text : throw state.Error("keywords must be strings");
            if (allNames.Contains(name))
            {
                throw state.Error($"got multiple values for keyword argument '{name}'");
            }

            allNames.Add(name);
            allValues.Add(value);
        }

        return new Arguments(values, [.. allNames], [.. allValues]);
    }
}
