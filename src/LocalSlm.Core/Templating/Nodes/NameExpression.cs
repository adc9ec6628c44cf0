namespace LocalSlm.Templating;

/// <summary>A variable. Where it may live is found out when the template is parsed, what it is when it is read.</summary>
internal sealed class NameExpression(string name, Scope scope) : Expression
{
    private VariablePlace[] _places = [];
    private int _global;

    public string Name => name;

    public Scope Scope => scope;

    public void Bind(VariablePlace[] places, int global)
    {
        _places = places;
        _global = global;
    }

    public override object? Evaluate(RenderState state)
    {
        var frame = state.Frame;
        int hops = 0;
        foreach (var place in _places)
        {
            for (; hops < place.Hops; hops++)
            {
                frame = frame.Parent!;
            }

            object? value = frame.Slots[place.Slot];
            if (!ReferenceEquals(value, Missing.Value))
            {
                return value;
            }
        }

        return state.Global(_global);
    }
}
