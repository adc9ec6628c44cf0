namespace LocalSlm.Templating;

/// <summary>The <c>loop</c> variable.</summary>
internal sealed class LoopValue(ForStatement statement, Frame frame, ListValue items, int depth)
{
    private object? _lastChecked = Missing.Value;

    public int Index0 { get; set; }

    public ListValue Items => items;

    public int Depth => depth;

    public ForStatement Statement => statement;

    /// <summary>Gets the frame the loop statement stands in, for recursive loops.</summary>
    public Frame Frame => frame;

    public object? GetAttribute(string name) =>
        name switch
        {
            "index" => Boxes.Of(Index0 + 1L),
            "index0" => Boxes.Of((long)Index0),
            "revindex" => Boxes.Of((long)items.Count - Index0),
            "revindex0" => Boxes.Of((long)items.Count - Index0 - 1),
            "first" => Boxes.Of(Index0 == 0),
            "last" => Boxes.Of(Index0 == items.Count - 1),
            "length" => Boxes.Of((long)items.Count),
            "depth" => Boxes.Of(depth + 1L),
            "depth0" => Boxes.Of((long)depth),
            "previtem" => Index0 > 0 ? items[Index0 - 1] : new Undefined("there is no previous item"),
            "nextitem" => Index0 + 1 < items.Count ? items[Index0 + 1] : new Undefined("there is no next item"),
            "cycle" => new BoundMethod(this, name, Cycle),
            "changed" => new BoundMethod(this, name, Changed),
            _ => Undefined.Attribute(this, name),
        };

    private static object? Cycle(RenderState state, object self, Arguments arguments) =>
        arguments.Positional.Length == 0
            ? throw state.Error("no items for cycling given")
            : arguments.Positional[((LoopValue)self).Index0 % arguments.Positional.Length];

    private static object? Changed(RenderState state, object self, Arguments arguments)
    {
        var loop = (LoopValue)self;
        var now = new TupleValue(arguments.Positional);
        bool changed =
            ReferenceEquals(loop._lastChecked, Missing.Value) || !Values.AreEqual(state, loop._lastChecked, now);
        loop._lastChecked = now;
        return Boxes.Of(changed);
    }
}
