namespace LocalSlm.Templating;

/// <summary>The variables of one run of a template, a macro or a recursive loop's body.</summary>
internal sealed class Frame
{
    public Frame(int slots, Frame? parent)
    {
        Slots = new object?[slots];
        Array.Fill(Slots, Missing.Value);
        Parent = parent;
    }

    public object?[] Slots { get; }

    /// <summary>Gets the frame in which the macro was defined.</summary>
    public Frame? Parent { get; }
}
