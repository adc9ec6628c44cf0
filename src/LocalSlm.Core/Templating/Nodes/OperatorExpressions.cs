namespace LocalSlm.Templating;

/// <summary><c>a + b + c</c>. A run of texts is put together in one go.</summary>
internal sealed class SumExpression : Expression
{
    private readonly Expression[] _parts;

    public SumExpression(Expression[] parts)
    {
        _parts = parts;
        Over(parts);
    }

    public override object? Evaluate(RenderState state)
    {
        state.Step();
        object? sum = _parts[0].Evaluate(state);
        if (!Texts.Is(sum) || Texts.IsMarkup(sum))
        {
            return Sum(state, sum, 1);
        }

        var builder = state.RentBuilder();
        builder.AppendText(sum!);
        for (int i = 1; i < _parts.Length; i++)
        {
            object? part = _parts[i].Evaluate(state);
            if (!Texts.Is(part) || Texts.IsMarkup(part))
            {
                return Sum(state, Arithmetic.Add(state, state.ReturnBuilder(builder), part), i + 1);
            }

            builder.AppendText(part!);
        }

        return state.ReturnBuilder(builder);
    }

    public override void Print(RenderState state)
    {
        if (state.AutoEscape)
        {
            base.Print(state);
            return;
        }

        state.Step();
        object? sum = _parts[0].Evaluate(state);
        int next = 1;
        if (Texts.Is(sum) && !Texts.IsMarkup(sum))
        {
            // Printed as they come; a part that is no text is an error anyway, except markup, which escapes what stands before it.
            int start = state.Output.Length;
            state.Output.AppendText(sum!);
            for (; next < _parts.Length; next++)
            {
                object? part = _parts[next].Evaluate(state);
                if (!Texts.Is(part))
                {
                    Arithmetic.Add(state, "", part);
                }

                if (Texts.IsMarkup(part))
                {
                    sum = Arithmetic.Add(state, state.Output.CutFrom(start), part);
                    next++;
                    break;
                }

                state.Output.AppendText(part!);
                sum = null;
            }

            if (sum is null || next == 1)
            {
                return;
            }
        }

        state.Write(state.Output, Sum(state, sum, next));
    }

    private object? Sum(RenderState state, object? sum, int next)
    {
        for (; next < _parts.Length; next++)
        {
            sum = Arithmetic.Add(state, sum, _parts[next].Evaluate(state));
        }

        return sum;
    }
}

/// <summary><c>a ~ b ~ c</c>.</summary>
internal sealed class ConcatExpression : Expression
{
    private readonly Expression[] _parts;

    public ConcatExpression(Expression[] parts)
    {
        _parts = parts;
        Over(parts);
    }

    public override object? Evaluate(RenderState state)
    {
        state.Step();
        var builder = state.RentBuilder();
        foreach (var part in _parts)
        {
            object? value = part.Evaluate(state);
            if (state.AutoEscape)
            {
                builder.AppendText(Markup.Escape(state, PythonRepr.ToText(state, value)));
            }
            else
            {
                PythonRepr.Write(state, builder, value);
            }
        }

        return state.ReturnBuilder(builder, state.AutoEscape);
    }

    public override void Print(RenderState state)
    {
        state.Step();
        foreach (var part in _parts)
        {
            part.Print(state);
        }
    }
}

/// <summary>An arithmetic operator with two operands.</summary>
internal sealed class BinaryExpression : Expression
{
    private readonly BinaryOperator _op;
    private readonly Expression _left;
    private readonly Expression _right;

    public BinaryExpression(BinaryOperator op, Expression left, Expression right)
    {
        _op = op;
        _left = left;
        _right = right;
        Over([left, right]);
    }

    public override object? Evaluate(RenderState state)
    {
        object? left = _left.Evaluate(state);
        object? right = _right.Evaluate(state);
        return left is long a && right is long b && _op == BinaryOperator.Subtract && (a - b < a) == (b > 0)
            ? Boxes.Of(a - b)
            : Arithmetic.Binary(state, _op, left, right);
    }
}

/// <summary><c>-x</c> or <c>+x</c>.</summary>
internal sealed class SignExpression : Expression
{
    private readonly bool _negates;
    private readonly Expression _operand;

    public SignExpression(bool negates, Expression operand)
    {
        _negates = negates;
        _operand = operand;
        Over(operand);
    }

    public override object? Evaluate(RenderState state) =>
        _negates
            ? Arithmetic.Negate(state, _operand.Evaluate(state))
            : Arithmetic.Plus(state, _operand.Evaluate(state));
}

/// <summary><c>not x</c>.</summary>
internal sealed class NotExpression : Expression
{
    private readonly Expression _operand;

    public NotExpression(Expression operand)
    {
        _operand = operand;
        Over(operand);
    }

    public override object? Evaluate(RenderState state) => Boxes.Of(!_operand.Test(state));

    public override bool Test(RenderState state) => !_operand.Test(state);
}

/// <summary><c>a and b</c> or <c>a or b</c>, over any number of operands.</summary>
internal sealed class LogicExpression : Expression
{
    private readonly bool _isAnd;
    private readonly Expression[] _operands;

    public LogicExpression(bool isAnd, Expression[] operands)
    {
        _isAnd = isAnd;
        _operands = operands;
        Over(operands);
    }

    public override object? Evaluate(RenderState state)
    {
        for (int i = 0; ; i++)
        {
            object? value = _operands[i].Evaluate(state);
            if (i == _operands.Length - 1 || Values.Truth(value) != _isAnd)
            {
                return value;
            }
        }
    }

    public override bool Test(RenderState state)
    {
        foreach (var operand in _operands)
        {
            if (operand.Test(state) != _isAnd)
            {
                return !_isAnd;
            }
        }

        return _isAnd;
    }
}

/// <summary><c>a if b else c</c>.</summary>
internal sealed class ConditionalExpression : Expression
{
    private static readonly Undefined NoElse = new(
        "the inline if-expression evaluated to false and no else section was defined."
    );

    private readonly Expression _test;
    private readonly Expression _then;
    private readonly Expression? _else;

    public ConditionalExpression(Expression test, Expression then, Expression? @else)
    {
        _test = test;
        _then = then;
        _else = @else;
        Over([test, then, @else]);
    }

    public override object? Evaluate(RenderState state) =>
        _test.Test(state) ? _then.Evaluate(state)
        : _else is null ? NoElse
        : _else.Evaluate(state);

    public override void Print(RenderState state)
    {
        if (_test.Test(state))
        {
            _then.Print(state);
        }
        else
        {
            _else?.Print(state);
        }
    }
}

/// <summary><c>a &lt; b &lt;= c</c>, <c>a in b</c>.</summary>
internal sealed class CompareExpression : Expression
{
    private readonly Expression _first;
    private readonly (CompareOperator Op, Expression Operand)[] _rest;

    public CompareExpression(Expression first, (CompareOperator Op, Expression Operand)[] rest)
    {
        _first = first;
        _rest = rest;
        Over(first);
        Over(rest.Select(r => r.Operand));
    }

    public override object? Evaluate(RenderState state) => Boxes.Of(Test(state));

    public override bool Test(RenderState state)
    {
        state.Step();
        object? left = _first.Evaluate(state);
        foreach (var (op, operand) in _rest)
        {
            object? right = operand.Evaluate(state);
            if (!Compare(state, op, left, right))
            {
                return false;
            }

            left = right;
        }

        return true;
    }

    public static bool Compare(RenderState state, CompareOperator op, object? left, object? right) =>
        op switch
        {
            CompareOperator.Equal => Values.AreEqual(state, left, right),
            CompareOperator.NotEqual => !Values.AreEqual(state, left, right),
            CompareOperator.Less => Values.Compare(state, left, right, "<") < 0,
            CompareOperator.LessOrEqual => Values.Compare(state, left, right, "<=") <= 0,
            CompareOperator.Greater => Values.Compare(state, left, right, ">") > 0,
            CompareOperator.GreaterOrEqual => Values.Compare(state, left, right, ">=") >= 0,
            CompareOperator.In => Values.Contains(state, right, left),
            _ => !Values.Contains(state, right, left),
        };
}
