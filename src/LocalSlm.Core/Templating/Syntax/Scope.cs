namespace LocalSlm.Templating;

/// <summary>A part of a template with variables of its own.</summary>
internal sealed class Scope(Scope? parent, FrameLayout layout)
{
    private readonly Dictionary<string, int> _slots = [];

    public Scope? Parent => parent;

    public FrameLayout Layout => layout;

    /// <summary>Gets or sets the macro whose parameters the scope holds.</summary>
    public MacroDefinition? Macro { get; set; }

    /// <summary>Gets the slots, which are emptied whenever the scope is entered.</summary>
    public int[] Slots => [.. _slots.Values];

    /// <summary>Gets the slot of a variable that the scope sets.</summary>
    public int Declare(string name)
    {
        if (!_slots.TryGetValue(name, out int slot))
        {
            _slots[name] = slot = layout.Slots++;
        }

        return slot;
    }

    /// <summary>Finds all places a name may be found in, the innermost first.</summary>
    public VariablePlace[] Find(string name)
    {
        var places = new List<VariablePlace>();
        int hops = 0;
        for (var scope = this; scope is not null; scope = scope.Parent)
        {
            if (scope._slots.TryGetValue(name, out int slot))
            {
                places.Add(new VariablePlace(hops, slot));
            }
            else if (scope.Macro?.Catch(name, scope) is int special)
            {
                places.Add(new VariablePlace(hops, special));
            }

            if (scope.Parent is not null && scope.Parent.Layout != scope.Layout)
            {
                hops++;
            }
        }

        return [.. places];
    }
}
