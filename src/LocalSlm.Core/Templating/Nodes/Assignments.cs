namespace LocalSlm.Templating;

/// <summary>What a value is assigned to.</summary>
internal abstract class AssignmentTarget
{
    public abstract void Assign(RenderState state, object? value);
}

/// <summary>A variable.</summary>
internal sealed class VariableTarget(int slot) : AssignmentTarget
{
    public override void Assign(RenderState state, object? value) => state.Frame.Slots[slot] = value;
}

/// <summary><c>a, b</c>.</summary>
internal sealed class TupleTarget(AssignmentTarget[] targets) : AssignmentTarget
{
    public override void Assign(RenderState state, object? value)
    {
        state.Step();
        var items =
            value is TupleValue tuple ? (IReadOnlyList<object?>)tuple.Items
            : value is Undefined undefined ? throw state.Error(undefined.Message)
            : Values.IsIterable(value) ? Values.ItemsOf(state, value)
            : throw state.Error($"cannot unpack non-iterable {Values.PythonType(value)} object");
        if (items.Count != targets.Length)
        {
            throw state.Error(
                items.Count > targets.Length
                    ? $"too many values to unpack (expected {targets.Length})"
                    : $"not enough values to unpack (expected {targets.Length}, got {items.Count})"
            );
        }

        for (int i = 0; i < targets.Length; i++)
        {
            targets[i].Assign(state, items[i]);
        }
    }
}

/// <summary><c>ns.attribute</c>.</summary>
internal sealed class NamespaceTarget(Expression owner, string attribute) : AssignmentTarget
{
    public override void Assign(RenderState state, object? value)
    {
        state.Step();
        if (owner.Evaluate(state) is not NamespaceValue space)
        {
            throw state.Error("cannot assign attribute on non-namespace object");
        }

        space.Attributes[attribute] = value;
    }
}

/// <summary><c>{% set x = … %}</c>.</summary>
internal sealed class SetStatement(AssignmentTarget target, Expression value, int line) : Statement(line)
{
    public override Flow Execute(RenderState state)
    {
        target.Assign(state, value.Evaluate(state));
        return Flow.Next;
    }
}

/// <summary><c>{% set x %}…{% endset %}</c> and <c>{% filter f %}…{% endfilter %}</c> (no target: printed).</summary>
internal sealed class CaptureStatement(
    AssignmentTarget? target,
    FilterExpression? filter,
    Scope scope,
    Statement[] body,
    int line
) : Statement(line)
{
    private readonly int[] _slots = scope.Slots;

    public override Flow Execute(RenderState state)
    {
        var outer = state.Output;
        state.Output = state.RentBuilder();
        ForStatement.Empty(state, _slots);
        var flow = Execute(state, body);
        object? text = state.ReturnBuilder(state.Output, state.AutoEscape);
        state.Output = outer;
        text = filter is null ? text : filter.Apply(state, text);
        if (target is null)
        {
            state.Write(outer, text);
        }
        else
        {
            target.Assign(state, text);
        }

        return flow;
    }
}
