namespace LocalSlm.Templating;

/// <content>Statements with a scope of their own.</content>
internal sealed partial class Parser
{
    private CaptureStatement FilterBlock(int line)
    {
        var filter = FilterChain(null, startsInline: true);
        var scope = OpenScope();
        var body = BodyTo("endfilter");
        CloseScope();
        return new CaptureStatement(null, (FilterExpression)filter!, scope, body, line);
    }

    private ScopeStatement With(int line)
    {
        var values = new List<(int Start, Expression Value)>();
        while (Current.Kind != TokenKind.BlockEnd)
        {
            if (values.Count > 0)
            {
                Expect(TokenKind.Operator, ",");
            }

            int start = _position;
            SkipTarget();
            Expect(TokenKind.Operator, "=");
            values.Add((start, Expression()));
        }

        int end = _position;
        var scope = OpenScope();
        var variables = new List<(AssignmentTarget, Expression)>();
        foreach (var (start, value) in values)
        {
            _position = start;
            variables.Add((Target("="), value));
        }

        _position = end;
        var body = BodyTo("endwith");
        CloseScope();
        return new ScopeStatement(scope, [.. variables], body, line);
    }

    private ScopeStatement Scoped(int line, string end)
    {
        var scope = OpenScope();
        var body = BodyTo(end);
        CloseScope();
        return new ScopeStatement(scope, [], body, line);
    }

    private ScopeStatement Block(int line)
    {
        string name = Expect(TokenKind.Name).Text;
        while (SkipName("scoped") || SkipName("required"))
        {
            // Both only matter to templates that inherit.
        }

        var block = Scoped(line, "endblock");
        SkipName(name);
        return block;
    }

    private MacroStatement Macro(int line)
    {
        string name = Expect(TokenKind.Name).Text;
        CheckAssignable(name);
        int slot = _scope.Declare(name);
        return new MacroStatement(MacroBody(name, "endmacro"), slot, line);
    }

    private CallStatement Call(int line)
    {
        // The parameters of the body stand before the call, but belong to the body's scope: skip them, come back later.
        int parameters = IsOperator("(") ? _position : -1;
        if (parameters >= 0)
        {
            int depth = 0;
            do
            {
                depth +=
                    IsOperator("(") ? 1
                    : IsOperator(")") ? -1
                    : 0;
                if (Current.Kind is TokenKind.BlockEnd or TokenKind.End)
                {
                    throw Unexpected("')'");
                }

                Take();
            } while (depth > 0);
        }

        var call = Expression() switch
        {
            CallExpression plain => plain,
            MethodCallExpression method => method.ToCall(),
            _ => throw Error("expected call"),
        };
        return new CallStatement(call, MacroBody("caller", "endcall", parameters), line);
    }

    private MacroDefinition MacroBody(string name, string end, int parametersAt = int.MinValue)
    {
        int resume = _position;
        var definition = new MacroDefinition(name);
        var scope = OpenScope(ownFrame: true);
        scope.Macro = definition;
        var names = new List<string>();
        var defaults = new List<Expression?>();
        if (parametersAt != -1)
        {
            _position = parametersAt >= 0 ? parametersAt : _position;
            Expect(TokenKind.Operator, "(");
            while (!IsOperator(")"))
            {
                if (names.Count > 0)
                {
                    Expect(TokenKind.Operator, ",");
                    if (IsOperator(")"))
                    {
                        break;
                    }
                }

                string parameter = Expect(TokenKind.Name).Text;
                CheckAssignable(parameter);
                if (names.Contains(parameter))
                {
                    throw Error($"duplicate argument '{parameter}'");
                }

                names.Add(parameter);
                scope.Declare(parameter);
                if (SkipOperator("="))
                {
                    defaults.Add(Expression());
                }
                else if (defaults.Count > 0 && defaults[^1] is not null)
                {
                    throw Error("non-default argument follows default argument");
                }
                else
                {
                    defaults.Add(null);
                }
            }

            Take();
            resume = parametersAt >= 0 ? resume : _position;
        }

        _position = resume;
        int loops = _loops;
        _loops = 0;
        var body = BodyTo(end);
        _loops = loops;
        definition.Define([.. names], [.. names.Select(scope.Declare)], [.. defaults], body, scope.Layout);
        CloseScope();
        return definition;
    }
}
