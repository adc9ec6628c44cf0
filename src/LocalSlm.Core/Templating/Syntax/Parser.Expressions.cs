namespace LocalSlm.Templating;

/// <content>Expressions, with Jinja's precedences.</content>
internal sealed partial class Parser
{
    private Expression Expression(bool withConditional = true)
    {
        Enter();
        var expression = withConditional ? Conditional() : Or();
        Leave();
        return expression;
    }

    private Expression TupleOrExpression(bool withConditional = true, string? stop = null)
    {
        if (IsTupleEnd(stop))
        {
            throw Error($"Expected an expression, got '{Current.Describe()}'");
        }

        var first = Expression(withConditional);
        if (!IsOperator(","))
        {
            return first;
        }

        var items = new List<Expression> { first };
        while (SkipOperator(","))
        {
            if (IsTupleEnd(stop))
            {
                break;
            }

            items.Add(Expression(withConditional));
        }

        return new TupleExpression([.. items]);
    }

    private bool IsTupleEnd(string? stop) =>
        Current.Kind is TokenKind.VariableEnd or TokenKind.BlockEnd or TokenKind.End
        || IsOperator(")")
        || (stop is not null && IsName(stop));

    private Expression Conditional()
    {
        int unknown = _unknown.Count;
        var expression = Or();
        while (SkipName("if"))
        {
            _unknown.RemoveRange(unknown, _unknown.Count - unknown);
            _conditional++;
            var test = Or();
            Expression? otherwise = null;
            if (SkipName("else"))
            {
                Enter();
                otherwise = Conditional();
                Leave();
            }

            _conditional--;
            expression = new ConditionalExpression(test, expression, otherwise);
        }

        return expression;
    }

    private Expression Or()
    {
        var first = And();
        return IsName("or") ? new LogicExpression(isAnd: false, Operands(first, "or", And)) : first;
    }

    private Expression And()
    {
        var first = Not();
        return IsName("and") ? new LogicExpression(isAnd: true, Operands(first, "and", Not)) : first;
    }

    private Expression[] Operands(Expression first, string word, Func<Expression> next)
    {
        var operands = new List<Expression> { first };
        while (SkipName(word))
        {
            operands.Add(next());
        }

        return [.. operands];
    }

    private Expression Not()
    {
        if (!SkipName("not"))
        {
            return Compare();
        }

        Enter();
        var operand = Not();
        Leave();
        return new NotExpression(operand);
    }

    private Expression Compare()
    {
        var first = Sum();
        List<(CompareOperator, Expression)>? rest = null;
        while (CompareOperatorHere() is { } op)
        {
            rest ??= [];
            rest.Add((op, Sum()));
        }

        return rest is null ? first : new CompareExpression(first, [.. rest]);
    }

    private CompareOperator? CompareOperatorHere()
    {
        if (Current.Kind == TokenKind.Operator)
        {
            CompareOperator? op = Current.Text switch
            {
                "==" => CompareOperator.Equal,
                "!=" => CompareOperator.NotEqual,
                "<" => CompareOperator.Less,
                "<=" => CompareOperator.LessOrEqual,
                ">" => CompareOperator.Greater,
                ">=" => CompareOperator.GreaterOrEqual,
                _ => null,
            };
            _position += op is null ? 0 : 1;
            return op;
        }

        if (SkipName("in"))
        {
            return CompareOperator.In;
        }

        if (IsName("not") && Next is { Kind: TokenKind.Name, Text: "in" })
        {
            _position += 2;
            return CompareOperator.NotIn;
        }

        return null;
    }

    private Expression Sum()
    {
        var left = Concat();
        while (Current.Kind == TokenKind.Operator && Current.Text is "+" or "-")
        {
            if (SkipOperator("-"))
            {
                left = new BinaryExpression(BinaryOperator.Subtract, left, Concat());
                continue;
            }

            var parts = new List<Expression> { left };
            while (SkipOperator("+"))
            {
                parts.Add(Concat());
            }

            left = new SumExpression([.. parts]);
        }

        return left;
    }

    private Expression Concat()
    {
        var first = Product();
        if (!IsOperator("~"))
        {
            return first;
        }

        var parts = new List<Expression> { first };
        while (SkipOperator("~"))
        {
            parts.Add(Product());
        }

        return new ConcatExpression([.. parts]);
    }

    private Expression Product()
    {
        var left = Power();
        while (Current.Kind == TokenKind.Operator && Current.Text is "*" or "/" or "//" or "%")
        {
            var op = Take().Text switch
            {
                "*" => BinaryOperator.Multiply,
                "/" => BinaryOperator.Divide,
                "//" => BinaryOperator.FloorDivide,
                _ => BinaryOperator.Modulo,
            };
            left = new BinaryExpression(op, left, Power());
        }

        return left;
    }

    // Jinja's power binds to the left, unlike Python's: 2**3**2 is 64.
    private Expression Power()
    {
        var left = Unary();
        while (SkipOperator("**"))
        {
            left = new BinaryExpression(BinaryOperator.Power, left, Unary());
        }

        return left;
    }

    private Expression Unary(bool withFilters = true)
    {
        Expression expression;
        if (Current.Kind == TokenKind.Operator && Current.Text is "-" or "+")
        {
            bool negates = Take().Text == "-";
            Enter();
            expression = new SignExpression(negates, Unary(withFilters: false));
            Leave();
        }
        else
        {
            expression = Primary();
        }

        expression = Postfix(expression);
        return withFilters ? FiltersAndTests(expression) : expression;
    }

    private Expression Primary()
    {
        var token = Current;
        switch (token.Kind)
        {
            case TokenKind.Name:
                Take();
                return token.Text switch
                {
                    "true" or "True" => new ConstantExpression(Boxes.True),
                    "false" or "False" => new ConstantExpression(Boxes.False),
                    "none" or "None" => new ConstantExpression(null),
                    _ => Named(token.Text),
                };
            case TokenKind.Text:
                string text = Take().Text;
                if (Current.Kind == TokenKind.Text)
                {
                    var parts = new List<string> { text };
                    while (Current.Kind == TokenKind.Text)
                    {
                        parts.Add(Take().Text);
                    }

                    text = string.Concat(parts);
                }

                return new ConstantExpression(text);
            case TokenKind.Integer or TokenKind.Float:
                return new ConstantExpression(Take().Number);
            case TokenKind.Operator when token.Text == "(":
                Take();
                return Parenthesised();
            case TokenKind.Operator when token.Text == "[":
                Take();
                return new ListExpression(Items("]"));
            case TokenKind.Operator when token.Text == "{":
                Take();
                return Dict();
            default:
                throw Error($"unexpected '{token.Describe()}'");
        }
    }

    private NameExpression Named(string name)
    {
        var expression = new NameExpression(name, _scope);
        _names.Add(expression);
        return expression;
    }

    private Expression Parenthesised()
    {
        if (SkipOperator(")"))
        {
            return new TupleExpression([]);
        }

        var first = Expression();
        if (SkipOperator(")"))
        {
            return first;
        }

        Expect(TokenKind.Operator, ",");
        return new TupleExpression([first, .. Items(")")]);
    }

    private Expression[] Items(string end)
    {
        var items = new List<Expression>();
        while (!SkipOperator(end))
        {
            items.Add(Expression());
            if (!IsOperator(end))
            {
                Expect(TokenKind.Operator, ",");
            }
        }

        return [.. items];
    }

    private DictExpression Dict()
    {
        var entries = new List<(Expression, Expression)>();
        while (!SkipOperator("}"))
        {
            var key = Expression();
            Expect(TokenKind.Operator, ":");
            entries.Add((key, Expression()));
            if (!IsOperator("}"))
            {
                Expect(TokenKind.Operator, ",");
            }
        }

        return new DictExpression([.. entries]);
    }
}
