namespace LocalSlm.Templating;

/// <summary><c>x.name</c>.</summary>
internal sealed class AttributeExpression : Expression
{
    private readonly bool _mayBeMethod;

    public AttributeExpression(Expression owner, string name)
    {
        Owner = owner;
        Name = name;
        _mayBeMethod = DictMethods.Table.ContainsKey(name);
        Over(owner);
    }

    public Expression Owner { get; }

    public string Name { get; }

    public override object? Evaluate(RenderState state)
    {
        object? owner = Owner.Evaluate(state);
        return owner switch
        {
            DictValue dict when !_mayBeMethod => dict.TryGet(Name, out object? value)
                ? value
                : Undefined.Attribute(owner, Name),
            LoopValue loop => loop.GetAttribute(Name),
            _ => Values.GetAttribute(state, owner, Name),
        };
    }
}

/// <summary><c>x[key]</c>.</summary>
internal sealed class ItemExpression : Expression
{
    private readonly Expression _owner;
    private readonly Expression _key;

    public ItemExpression(Expression owner, Expression key)
    {
        _owner = owner;
        _key = key;
        Over([owner, key]);
    }

    public override object? Evaluate(RenderState state)
    {
        object? owner = _owner.Evaluate(state);
        object? key = _key.Evaluate(state);
        return owner is DictValue dict && key is string name && dict.TryGet(name, out object? value)
            ? value
            : Values.GetItem(state, owner, key);
    }
}

/// <summary><c>f(…)</c>.</summary>
internal sealed class CallExpression : Expression
{
    private readonly Expression _callee;
    private readonly ArgumentList _arguments;
    private readonly int _line;

    public CallExpression(Expression callee, ArgumentList arguments, int line)
    {
        _callee = callee;
        _arguments = arguments;
        _line = line;
        Over(callee);
        Over(arguments.Expressions);
    }

    public override object? Evaluate(RenderState state)
    {
        object? callee = _callee.Evaluate(state);
        var arguments = _arguments.Evaluate(state);
        state.Line = _line;
        object? result = Values.Call(state, callee, arguments);
        state.Line = _line;
        return result;
    }

    /// <summary>Calls with one more named argument: the body of a call block.</summary>
    public object? EvaluateWithCaller(RenderState state, MacroValue caller)
    {
        object? callee = _callee.Evaluate(state);
        var arguments = _arguments.Evaluate(state);
        object? result = Values.Call(
            state,
            callee,
            new Arguments(
                arguments.Positional,
                [.. arguments.Names ?? [], "caller"],
                [.. arguments.Named ?? [], caller]
            )
        );
        state.Line = _line;
        return result;
    }
}

/// <summary><c>x.method(…)</c>, without making a method object where x is a text or a dictionary.</summary>
internal sealed class MethodCallExpression : Expression
{
    private readonly Expression _owner;
    private readonly string _name;
    private readonly ArgumentList _arguments;
    private readonly int _line;
    private readonly Method? _ofText;
    private readonly Method? _ofDict;

    public MethodCallExpression(Expression owner, string name, ArgumentList arguments, int line)
    {
        _owner = owner;
        _name = name;
        _arguments = arguments;
        _line = line;
        _ofText = StringMethods.Table.GetValueOrDefault(name);
        _ofDict = DictMethods.Table.GetValueOrDefault(name);
        Over(owner);
        Over(arguments.Expressions);
    }

    /// <summary>Makes the same as a plain call, for a call block.</summary>
    public CallExpression ToCall() => new(new AttributeExpression(_owner, _name), _arguments, _line);

    public override object? Evaluate(RenderState state)
    {
        object? owner = _owner.Evaluate(state);
        var method = owner switch
        {
            string or TemplateText => _ofText,
            DictValue => _ofDict,
            _ => null,
        };
        object? callee = method is null ? Values.GetAttribute(state, owner, _name) : null;
        var arguments = _arguments.Evaluate(state);
        state.Step();
        object? result = method is null ? Values.Call(state, callee, arguments) : method(state, owner!, arguments);
        state.Line = _line;
        return result;
    }
}
