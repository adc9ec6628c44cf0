using System.Numerics;

namespace LocalSlm.Templating;

/// <summary>The operators of expressions, with Python's rules.</summary>
internal static class Arithmetic
{
    public static object? Add(RenderState state, object? left, object? right)
    {
        if (left is long a && right is long b)
        {
            long sum = a + b;
            return ((a ^ sum) & (b ^ sum)) < 0 ? (BigInteger)a + b : Boxes.Of(sum);
        }

        if (Texts.Is(left) && Texts.Is(right))
        {
            return Texts.Concat(state, left!, right!);
        }

        switch (left, right)
        {
            case (ListValue x, ListValue y):
                state.Charge((long)x.Count + y.Count);
                return new ListValue([.. x.ToList(), .. y.ToList()]);
            case (TupleValue x, TupleValue y):
                state.Charge((long)x.Items.Length + y.Items.Length);
                return new TupleValue([.. x.Items, .. y.Items]);
        }

        if (Numbers.Is(left) && Numbers.Is(right))
        {
            return left is double || right is double
                ? Numbers.ToDouble(left!) + Numbers.ToDouble(right!)
                : Numbers.Normal(state, Numbers.ToBig(left!) + Numbers.ToBig(right!));
        }

        FailIfUndefined(state, left, right);
        throw state.Error(
            left switch
            {
                string or TemplateText => $"can only concatenate str (not \"{Values.PythonType(right)}\") to str",
                ListValue => $"can only concatenate list (not \"{Values.PythonType(right)}\") to list",
                TupleValue => $"can only concatenate tuple (not \"{Values.PythonType(right)}\") to tuple",
                _ => Unsupported("+", left, right),
            }
        );
    }

    public static object? Binary(RenderState state, BinaryOperator op, object? left, object? right)
    {
        state.Step();
        switch (op)
        {
            case BinaryOperator.Add:
                return Add(state, left, right);
            case BinaryOperator.Modulo when Texts.Is(left):
                return PercentFormat.Format(state, left!, right);
            case BinaryOperator.Multiply when Texts.Is(left) && Numbers.IsInteger(right):
                return Repeat(state, left!, right!);
            case BinaryOperator.Multiply when Numbers.IsInteger(left) && Texts.Is(right):
                return Repeat(state, right!, left!);
            case BinaryOperator.Multiply when left is ListValue or TupleValue && Numbers.IsInteger(right):
                return RepeatSequence(state, left, right!);
            case BinaryOperator.Multiply when right is ListValue or TupleValue && Numbers.IsInteger(left):
                return RepeatSequence(state, right, left!);
        }

        if (!Numbers.Is(left) || !Numbers.Is(right))
        {
            FailIfUndefined(state, left, right);
            throw state.Error(Unsupported(Symbol(op), left, right));
        }

        return left is double || right is double || op == BinaryOperator.Divide
            ? Float(state, op, left!, right!)
            : Integer(state, op, left!, right!);
    }

    public static object? Negate(RenderState state, object? value) =>
        value switch
        {
            long l and not long.MinValue => Boxes.Of(-l),
            double d => -d,
            _ when Numbers.Is(value) => Numbers.Normal(state, -Numbers.ToBig(value!)),
            Undefined u => throw state.Error(u.Message),
            _ => throw state.Error($"bad operand type for unary -: '{Values.PythonType(value)}'"),
        };

    public static object? Plus(RenderState state, object? value) =>
        value switch
        {
            bool b => Boxes.Of(b ? 1L : 0L),
            _ when Numbers.Is(value) => value,
            Undefined u => throw state.Error(u.Message),
            _ => throw state.Error($"bad operand type for unary +: '{Values.PythonType(value)}'"),
        };

    private static object Repeat(RenderState state, object text, object count)
    {
        Numbers.TryGetLong(count, out long times);
        return Texts.Repeat(state, text, times);
    }

    private static object RepeatSequence(RenderState state, object sequence, object count)
    {
        Numbers.TryGetLong(count, out long times);
        var items = sequence is ListValue list ? list.ToList() : [.. ((TupleValue)sequence).Items];
        times = items.Count == 0 ? 0 : Math.Max(0, times);
        state.Charge(times > int.MaxValue ? long.MaxValue : times * items.Count);
        var result = new List<object?>((int)times * items.Count);
        for (long i = 0; i < times; i++)
        {
            result.AddRange(items);
        }

        return sequence is ListValue ? new ListValue(result) : new TupleValue([.. result]);
    }

    private static object Integer(RenderState state, BinaryOperator op, object left, object right)
    {
        var a = Numbers.ToBig(left);
        var b = Numbers.ToBig(right);
        switch (op)
        {
            case BinaryOperator.Subtract:
                return Numbers.Normal(state, a - b);
            case BinaryOperator.Multiply:
                return Numbers.Normal(state, a * b);
            case BinaryOperator.Power when b.Sign < 0:
                return Float(state, op, left, right);
            case BinaryOperator.Power:
                if (
                    !a.IsZero
                    && !BigInteger.Abs(a).IsOne
                    && (
                        b > state.Limits.MaxIntegerBits
                        || (a.GetBitLength() - 1) * (long)b > state.Limits.MaxIntegerBits
                    )
                )
                {
                    throw state.Limit($"a whole number has more than {state.Limits.MaxIntegerBits} bits");
                }

                return a.IsZero || a.IsOne ? Numbers.Normal(state, b.IsZero ? 1 : a)
                    : BigInteger.Abs(a).IsOne ? Numbers.Normal(state, b.IsEven ? 1 : a)
                    : Numbers.Normal(state, BigInteger.Pow(a, (int)b));
            default:
                if (b.IsZero)
                {
                    throw state.Error(
                        op == BinaryOperator.FloorDivide
                            ? "integer division or modulo by zero"
                            : "integer modulo by zero"
                    );
                }

                var quotient = BigInteger.DivRem(a, b, out var remainder);
                bool below = !remainder.IsZero && remainder.Sign != b.Sign;
                return Numbers.Normal(
                    state,
                    op == BinaryOperator.FloorDivide
                        ? below
                            ? quotient - 1
                            : quotient
                        : below
                            ? remainder + b
                            : remainder
                );
        }
    }

    private static double Float(RenderState state, BinaryOperator op, object left, object right)
    {
        double a = Numbers.ToDouble(left);
        double b = Numbers.ToDouble(right);
        switch (op)
        {
            case BinaryOperator.Subtract:
                return a - b;
            case BinaryOperator.Multiply:
                return a * b;
            case BinaryOperator.Power:
                return a == 0 && b < 0 ? throw state.Error("0.0 cannot be raised to a negative power") : Math.Pow(a, b);
        }

        if (b == 0)
        {
            throw state.Error(op == BinaryOperator.Divide ? "division by zero" : "float floor division by zero");
        }

        if (op == BinaryOperator.Divide)
        {
            return a / b;
        }

        double remainder = a % b;
        if (remainder != 0 && remainder < 0 != b < 0)
        {
            remainder += b;
        }

        return op == BinaryOperator.Modulo ? remainder : Math.Round((a - remainder) / b);
    }

    private static string Unsupported(string symbol, object? left, object? right) =>
        $"unsupported operand type(s) for {symbol}: '{Values.PythonType(left)}' and '{Values.PythonType(right)}'";

    private static void FailIfUndefined(RenderState state, object? left, object? right)
    {
        if ((left as Undefined ?? right as Undefined) is { } undefined)
        {
            throw state.Error(undefined.Message);
        }
    }

    private static string Symbol(BinaryOperator op) =>
        op switch
        {
            BinaryOperator.Subtract => "-",
            BinaryOperator.Multiply => "*",
            BinaryOperator.Divide => "/",
            BinaryOperator.FloorDivide => "//",
            BinaryOperator.Modulo => "%",
            BinaryOperator.Power => "** or pow()",
            _ => "+",
        };
}
