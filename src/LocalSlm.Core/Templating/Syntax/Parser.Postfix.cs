namespace LocalSlm.Templating;

/// <content>What stands behind an expression: members, items, calls, filters, tests.</content>
internal sealed partial class Parser
{
    private Expression Postfix(Expression expression)
    {
        while (Current.Kind == TokenKind.Operator)
        {
            switch (Current.Text)
            {
                case ".":
                    expression = Dotted(expression);
                    break;
                case "[":
                    Take();
                    expression = new ItemExpression(expression, Subscript());
                    break;
                case "(":
                    expression = Call(expression);
                    break;
                default:
                    return expression;
            }
        }

        return expression;
    }

    private Expression Dotted(Expression owner)
    {
        Take();
        var token = Take();
        switch (token.Kind)
        {
            case TokenKind.Name when IsOperator("("):
                int line = token.Line;
                return new MethodCallExpression(owner, token.Text, Arguments(), line);
            case TokenKind.Name:
                return new AttributeExpression(owner, token.Text);
            case TokenKind.Integer:
                return new ItemExpression(owner, new ConstantExpression(token.Number));
            default:
                throw Error("expected name or number");
        }
    }

    private CallExpression Call(Expression callee)
    {
        int line = Current.Line;
        return new CallExpression(callee, Arguments(), line);
    }

    private Expression Subscript()
    {
        var items = new List<Expression>();
        bool isTuple = false;
        while (!SkipOperator("]"))
        {
            if (items.Count > 0)
            {
                Expect(TokenKind.Operator, ",");
                isTuple = true;
                if (SkipOperator("]"))
                {
                    break;
                }
            }

            items.Add(SubscriptItem());
        }

        return items.Count == 0 ? throw Error("unexpected ']'")
            : isTuple ? new TupleExpression([.. items])
            : items[0];
    }

    private Expression SubscriptItem()
    {
        Expression? start = null;
        if (!IsOperator(":"))
        {
            start = Expression();
            if (!IsOperator(":"))
            {
                return start;
            }
        }

        Take();
        Expression? Part() => IsOperator("]") || IsOperator(",") || IsOperator(":") ? null : Expression();
        var stop = Part();
        var step = SkipOperator(":") ? Part() : null;
        return new SliceExpression(start, stop, step);
    }

    private ArgumentList Arguments()
    {
        Expect(TokenKind.Operator, "(");
        var positional = new List<Expression>();
        var named = new List<(string, Expression)>();
        Expression? extra = null;
        Expression? extraNamed = null;
        bool first = true;
        while (!SkipOperator(")"))
        {
            if (!first)
            {
                Expect(TokenKind.Operator, ",");
                if (SkipOperator(")"))
                {
                    break;
                }
            }

            first = false;
            if (SkipOperator("**"))
            {
                extraNamed = extraNamed is null
                    ? Expression()
                    : throw Error("invalid syntax for function call expression");
            }
            else if (SkipOperator("*"))
            {
                extra =
                    extra is null && extraNamed is null
                        ? Expression()
                        : throw Error("invalid syntax for function call expression");
            }
            else if (Current.Kind == TokenKind.Name && Next is { Kind: TokenKind.Operator, Text: "=" })
            {
                string name = Take().Text;
                Take();
                named.Add(
                    (
                        name,
                        extraNamed is null ? Expression() : throw Error("invalid syntax for function call expression")
                    )
                );
            }
            else
            {
                positional.Add(
                    named.Count == 0 && extra is null && extraNamed is null
                        ? Expression()
                        : throw Error("invalid syntax for function call expression")
                );
            }
        }

        var repeated = named.GroupBy(n => n.Item1).FirstOrDefault(g => g.Count() > 1);
        if (repeated is not null)
        {
            throw Error($"keyword argument repeated: {repeated.Key}");
        }

        return new ArgumentList([.. positional], [.. named], extra, extraNamed);
    }

    private Expression FiltersAndTests(Expression expression)
    {
        while (true)
        {
            if (IsOperator("|"))
            {
                expression = FilterChain(expression)!;
            }
            else if (SkipName("is"))
            {
                expression = Test(expression);
            }
            else if (IsOperator("("))
            {
                // Calls are valid after filters and tests.
                expression = Call(expression);
            }
            else
            {
                return expression;
            }
        }
    }

    private Expression? FilterChain(Expression? input, bool startsInline = false)
    {
        while (startsInline || SkipOperator("|"))
        {
            startsInline = false;
            string name = DottedName();
            var arguments = IsOperator("(") ? Arguments() : ArgumentList.Empty;
            if (!Filters.Table.ContainsKey(name) && _conditional == 0)
            {
                _unknown.Add(Error($"No filter named '{name}'."));
            }

            input = new FilterExpression(input, name, arguments);
        }

        return input;
    }

    private string DottedName()
    {
        string name = Expect(TokenKind.Name).Text;
        if (!IsOperator("."))
        {
            return name;
        }

        var parts = new List<string> { name };
        while (SkipOperator("."))
        {
            parts.Add(Expect(TokenKind.Name).Text);
        }

        return string.Join('.', parts);
    }

    private Expression Test(Expression operand)
    {
        bool negated = SkipName("not");
        string name = DottedName();
        var arguments = ArgumentList.Empty;
        if (IsOperator("("))
        {
            arguments = Arguments();
        }
        else if (
            (
                Current.Kind is TokenKind.Name or TokenKind.Text or TokenKind.Integer or TokenKind.Float
                || IsOperator("[")
                || IsOperator("{")
            ) && !(Current.Kind == TokenKind.Name && Current.Text is "else" or "or" or "and")
        )
        {
            if (IsName("is"))
            {
                throw Error("You cannot chain multiple tests with is");
            }

            Enter();
            arguments = new ArgumentList([Postfix(Primary())], [], null, null);
            Leave();
        }

        if (!JinjaTests.Table.ContainsKey(name) && _conditional == 0)
        {
            _unknown.Add(Error($"No test named '{name}'."));
        }

        Expression test = new TestExpression(operand, name, arguments);
        return negated ? new NotExpression(test) : test;
    }
}
