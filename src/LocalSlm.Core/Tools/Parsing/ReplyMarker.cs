namespace LocalSlm.Tools;

/// <summary>A text that means something in a family's replies.</summary>
/// <param name="Text">The text, or the name of a control token; not empty.</param>
/// <param name="Effect">What it does.</param>
internal sealed record ReplyMarker(string Text, MarkerEffect Effect)
{
    /// <summary>Gets a value indicating whether it counts at the start alone, behind white space at most: at the start of the reply,
    /// behind reasoning, or behind another block.</summary>
    public bool AtStart { get; init; }

    /// <summary>Gets a value indicating whether it counts within reasoning too, and ends it.</summary>
    public bool InReasoning { get; init; }

    /// <summary>Gets a value indicating whether it counts only where the request has tools, as markers of calls always do.</summary>
    public bool OnlyWithTools { get; init; } = Effect == MarkerEffect.Call;

    /// <summary>Gets how many of its last characters belong to the block: its reader is given them again.</summary>
    public int Overlap { get; init; }

    /// <summary>Gets what makes the reader of the block; <see langword="null"/> for a marker that begins none.</summary>
    public Func<BlockContext, IBlockReader>? Reader { get; init; }
}
