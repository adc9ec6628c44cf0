namespace LocalSlm.Constraints.Automaton;

/// <summary>One entry of a stack, shared by all that hold it: where a rule returns to, or a counted repeat with its rounds.</summary>
/// <param name="id">Its number: equal frames of one time have equal numbers, and no number is given twice.</param>
/// <param name="parent">The entry below.</param>
/// <param name="site">The instruction to return to, or the number of the repeat.</param>
/// <param name="count">The finished rounds; below 0 for a return.</param>
internal sealed class Frame(int id, Frame? parent, int site, int count)
{
    public const int IsReturn = -1;

    public int Id => id;

    public Frame? Parent => parent;

    public int Site => site;

    public int Count => count;

    public int Depth { get; } = parent is null ? 0 : parent.Depth + 1;

    /// <summary>Gets or sets the time that it belongs to.</summary>
    public int Epoch { get; init; }

    /// <summary>Gets or sets the frame that stands for it in masks, once known.</summary>
    public Frame? Clamped { get; set; }
}
