namespace LocalSlm.Templating;

/// <summary>Text of the template itself.</summary>
internal sealed class TextStatement(string text, int line) : Statement(line)
{
    public override Flow Execute(RenderState state)
    {
        state.Output.Append(text);
        return Flow.Next;
    }
}

/// <summary><c>{{ x }}</c>.</summary>
internal sealed class PrintStatement(Expression expression, int line) : Statement(line)
{
    public override Flow Execute(RenderState state)
    {
        expression.Print(state);
        return Flow.Next;
    }
}

/// <summary><c>{% break %}</c> and <c>{% continue %}</c>.</summary>
internal sealed class JumpStatement(Flow flow, int line) : Statement(line)
{
    public override Flow Execute(RenderState state) => flow;
}

/// <summary><c>{% if %}</c> with all its branches.</summary>
internal sealed class IfStatement((Expression Test, Statement[] Body)[] branches, Statement[] otherwise, int line)
    : Statement(line)
{
    public override Flow Execute(RenderState state)
    {
        foreach (var (test, body) in branches)
        {
            if (test.Test(state))
            {
                return Execute(state, body);
            }
        }

        return Execute(state, otherwise);
    }
}

/// <summary>Statements with variables of their own: <c>{% with %}</c>, <c>{% generation %}</c>, <c>{% block %}</c>.</summary>
internal sealed class ScopeStatement(
    Scope scope,
    (AssignmentTarget Target, Expression Value)[] variables,
    Statement[] body,
    int line
) : Statement(line)
{
    private readonly int[] _slots = scope.Slots;

    public override Flow Execute(RenderState state)
    {
        object?[] values = [.. variables.Select(v => v.Value.Evaluate(state))];
        ForStatement.Empty(state, _slots);
        for (int i = 0; i < values.Length; i++)
        {
            variables[i].Target.Assign(state, values[i]);
        }

        return Execute(state, body);
    }
}

/// <summary><c>{% autoescape %}</c>.</summary>
internal sealed class AutoEscapeStatement(Scope scope, Expression on, Statement[] body, int line) : Statement(line)
{
    private readonly int[] _slots = scope.Slots;

    public override Flow Execute(RenderState state)
    {
        bool before = state.AutoEscape;
        state.AutoEscape = on.Test(state);
        ForStatement.Empty(state, _slots);
        var flow = Execute(state, body);
        state.AutoEscape = before;
        return flow;
    }
}

/// <summary>What cannot be had in a chat template: other templates.</summary>
internal sealed class UnloadableStatement(int line) : Statement(line)
{
    public override Flow Execute(RenderState state) => throw state.Error("no loader for this environment specified");
}
