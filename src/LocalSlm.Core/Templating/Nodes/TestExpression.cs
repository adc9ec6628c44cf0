namespace LocalSlm.Templating;

/// <summary><c>x is test(…)</c>.</summary>
internal sealed class TestExpression : Expression
{
    private readonly Expression _operand;
    private readonly string _name;
    private readonly ArgumentList _arguments;
    private readonly TemplateTest? _test;

    public TestExpression(Expression operand, string name, ArgumentList arguments)
    {
        _operand = operand;
        _name = name;
        _arguments = arguments;
        _test = JinjaTests.Table.GetValueOrDefault(name);
        Over(operand);
        Over(arguments.Expressions);
    }

    public override object? Evaluate(RenderState state) => Boxes.Of(Test(state));

    public override bool Test(RenderState state)
    {
        state.Step();
        object? value = _operand.Evaluate(state);
        return _test is null
            ? throw state.Error($"No test named '{_name}'.")
            : _test(state, value, _arguments.Evaluate(state).Positional);
    }
}
