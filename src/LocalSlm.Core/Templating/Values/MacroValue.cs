namespace LocalSlm.Templating;

/// <summary>A macro with the variables it can see.</summary>
internal sealed class MacroValue(MacroDefinition definition, Frame closure)
{
    public MacroDefinition Definition => definition;

    public Frame Closure => closure;

    public object? GetAttribute(string name) =>
        name switch
        {
            "name" => definition.Name,
            "arguments" => new TupleValue([.. definition.Parameters]),
            "catch_kwargs" => Boxes.Of(definition.KeywordSlot >= 0),
            "catch_varargs" => Boxes.Of(definition.VarargsSlot >= 0),
            "caller" => Boxes.Of(definition.CallerSlot >= 0),
            _ => Undefined.Attribute(this, name),
        };
}
