namespace LocalSlm.Tokenization.Patterns;

/// <summary>Which classes may stand at the two sides of a place.</summary>
/// <param name="Before">By class, the start of the text last; <see langword="null"/> for any.</param>
/// <param name="After">By class, the end of the text last; <see langword="null"/> for any.</param>
internal sealed record BoundaryCheck(bool[]? Before, bool[]? After)
{
    public static BoundaryCheck Create(
        PatternNode.Boundary boundary,
        List<CodePointSet> sets,
        bool[][] members,
        int classCount
    ) =>
        new(
            Side(boundary.Before, boundary.AllowsStart, sets, members, classCount),
            Side(boundary.After, boundary.AllowsEnd, sets, members, classCount)
        );

    public bool Holds(int before, int after) => (Before is null || Before[before]) && (After is null || After[after]);

    private static bool[]? Side(
        CodePointSet? set,
        bool allowsEdge,
        List<CodePointSet> sets,
        bool[][] members,
        int classCount
    )
    {
        if (set is null)
        {
            return null;
        }

        var side = (bool[])members[sets.IndexOf(set)].Clone();
        side[classCount] = allowsEdge;
        return side;
    }
}
