namespace LocalSlm.Templating;

/// <summary>A macro, or the body of a call block.</summary>
internal sealed class MacroDefinition(string name)
{
    private Statement[] _body = [];
    private int[] _parameterSlots = [];
    private Expression?[] _defaults = [];
    private FrameLayout _layout = new();

    public string Name => name;

    public string[] Parameters { get; private set; } = [];

    /// <summary>Gets the slot of <c>caller</c>, or -1 if the macro does not use it.</summary>
    public int CallerSlot { get; private set; } = -1;

    /// <summary>Gets the slot of <c>kwargs</c>, or -1.</summary>
    public int KeywordSlot { get; private set; } = -1;

    /// <summary>Gets the slot of <c>varargs</c>, or -1.</summary>
    public int VarargsSlot { get; private set; } = -1;

    public void Define(string[] parameters, int[] slots, Expression?[] defaults, Statement[] body, FrameLayout layout)
    {
        Parameters = parameters;
        _parameterSlots = slots;
        _defaults = defaults;
        _body = body;
        _layout = layout;
    }

    /// <summary>Makes room for one of the names that only macros which use them get.</summary>
    public int? Catch(string variable, Scope scope)
    {
        switch (variable)
        {
            case "caller":
                return CallerSlot = scope.Declare(variable);
            case "kwargs":
                return KeywordSlot = scope.Declare(variable);
            case "varargs":
                return VarargsSlot = scope.Declare(variable);
            default:
                return null;
        }
    }

    public object? Invoke(RenderState state, MacroValue macro, Arguments arguments)
    {
        state.EnterCall();
        var frame = new Frame(_layout.Slots, macro.Closure);
        Pass(state, frame, arguments);
        var callerFrame = state.Frame;
        var outer = state.Output;
        state.Frame = frame;
        state.Output = state.RentBuilder();
        for (int i = 0; i < _parameterSlots.Length; i++)
        {
            ref object? slot = ref frame.Slots[_parameterSlots[i]];
            if (ReferenceEquals(slot, Missing.Value))
            {
                slot = _defaults[i] is { } value
                    ? value.Evaluate(state)
                    : new Undefined($"parameter '{Parameters[i]}' was not provided");
            }
        }

        Statement.Execute(state, _body);
        object text = state.ReturnBuilder(state.Output, state.AutoEscape);
        state.Output = outer;
        state.Frame = callerFrame;
        state.LeaveCall();
        return text;
    }

    private void Pass(RenderState state, Frame frame, Arguments arguments)
    {
        object?[] positional = arguments.Positional;
        int taken = Math.Min(positional.Length, _parameterSlots.Length);
        for (int i = 0; i < taken; i++)
        {
            frame.Slots[_parameterSlots[i]] = positional[i];
        }

        if (VarargsSlot >= 0)
        {
            frame.Slots[VarargsSlot] = new TupleValue(positional[taken..]);
        }
        else if (positional.Length > taken)
        {
            throw state.Error($"macro '{name}' takes not more than {Parameters.Length} argument(s)");
        }

        var rest = KeywordSlot >= 0 ? new DictValue() : null;
        object? caller = new Undefined("No caller defined");
        for (int i = 0; i < arguments.NamedCount; i++)
        {
            string key = arguments.Names![i];
            object? value = arguments.Named![i];
            int index = Array.IndexOf(Parameters, key);
            if (index >= 0)
            {
                frame.Slots[_parameterSlots[index]] =
                    index >= taken
                        ? value
                        : throw state.Error($"macro '{name}' got multiple values for argument '{key}'");
            }
            else if (key == "caller" && CallerSlot >= 0)
            {
                caller = value;
            }
            else if (rest is not null)
            {
                rest.Set(state, key, value);
            }
            else
            {
                throw state.Error(
                    key == "caller"
                        ? $"macro '{name}' was invoked with two values for the special caller argument. This is most likely a bug."
                        : $"macro '{name}' takes no keyword argument '{key}'"
                );
            }
        }

        if (rest is not null)
        {
            frame.Slots[KeywordSlot] = rest;
        }

        if (CallerSlot >= 0)
        {
            frame.Slots[CallerSlot] = caller;
        }
    }
}

/// <summary><c>{% macro %}</c>.</summary>
internal sealed class MacroStatement(MacroDefinition definition, int slot, int line) : Statement(line)
{
    public override Flow Execute(RenderState state)
    {
        state.Frame.Slots[slot] = new MacroValue(definition, state.Frame);
        return Flow.Next;
    }
}

/// <summary><c>{% call %}</c>.</summary>
internal sealed class CallStatement(CallExpression call, MacroDefinition body, int line) : Statement(line)
{
    public override Flow Execute(RenderState state)
    {
        state.Write(state.Output, call.EvaluateWithCaller(state, new MacroValue(body, state.Frame)));
        return Flow.Next;
    }
}
