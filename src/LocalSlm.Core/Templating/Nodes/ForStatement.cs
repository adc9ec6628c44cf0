namespace LocalSlm.Templating;

/// <summary><c>{% for %}</c>.</summary>
internal sealed class ForStatement(int line) : Statement(line)
{
    private int[] _slots = [];
    private int[] _elseSlots = [];

    public required AssignmentTarget Target { get; init; }

    public required Expression Source { get; init; }

    public Expression? Filter { get; init; }

    public required Statement[] Body { get; init; }

    public required Statement[] Otherwise { get; init; }

    public required int LoopSlot { get; init; }

    public required Scope Scope
    {
        get;
        init
        {
            field = value;
            _slots = value.Slots;
        }
    }

    public required Scope OtherwiseScope
    {
        get;
        init
        {
            field = value;
            _elseSlots = value.Slots;
        }
    }

    /// <summary>Gets a value indicating whether the body may call <c>loop(…)</c>, and so has a frame of its own for each level.</summary>
    public bool IsRecursive { get; init; }

    public override Flow Execute(RenderState state)
    {
        object? source = Source.Evaluate(state);
        if (IsRecursive)
        {
            RunInFrame(state, source, state.Frame, 0);
        }
        else
        {
            Run(state, source, state.Frame, 0);
        }

        return Flow.Next;
    }

    /// <summary>Runs the loop over other values, from inside its own body, and returns what that prints.</summary>
    public object? Recurse(RenderState state, LoopValue loop, object? source)
    {
        if (!IsRecursive)
        {
            throw state.Error("The loop must have the 'recursive' marker to be called recursively.");
        }

        state.EnterCall();
        var outer = state.Output;
        state.Output = state.RentBuilder();
        RunInFrame(state, source, loop.Frame, loop.Depth + 1);
        object text = state.ReturnBuilder(state.Output, state.AutoEscape);
        state.Output = outer;
        state.LeaveCall();
        return text;
    }

    internal static void Empty(RenderState state, int[] slots)
    {
        object?[] values = state.Frame.Slots;
        foreach (int slot in slots)
        {
            values[slot] = Missing.Value;
        }
    }

    private void RunInFrame(RenderState state, object? source, Frame parent, int depth)
    {
        var caller = state.Frame;
        state.Frame = new Frame(Scope.Layout.Slots, parent);
        Run(state, source, parent, depth);
        state.Frame = caller;
    }

    private void Run(RenderState state, object? source, Frame parent, int depth)
    {
        var items = Values.Iterate(state, source);
        if (Filter is not null)
        {
            items = Filtered(state, items);
        }

        if (items.Count == 0)
        {
            Empty(state, _elseSlots);
            Execute(state, Otherwise);
            return;
        }

        var loop = new LoopValue(this, parent, items, depth);
        object?[] slots = state.Frame.Slots;
        for (int i = 0; i < items.Count; i++)
        {
            state.Step();
            Empty(state, _slots);
            loop.Index0 = i;
            slots[LoopSlot] = loop;
            Target.Assign(state, items[i]);
            if (Execute(state, Body) == Flow.Break)
            {
                break;
            }
        }

        Empty(state, _slots);
    }

    private ListValue Filtered(RenderState state, ListValue items)
    {
        var kept = new List<object?>();
        for (int i = 0; i < items.Count; i++)
        {
            state.Step();
            Empty(state, _slots);
            object? item = items[i];
            Target.Assign(state, item);
            if (Filter!.Test(state))
            {
                kept.Add(item);
            }
        }

        Empty(state, _slots);
        return new ListValue(kept);
    }
}
