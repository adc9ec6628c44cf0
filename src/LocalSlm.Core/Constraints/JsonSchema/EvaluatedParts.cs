namespace LocalSlm.Constraints.JsonSchema;

/// <summary>What keywords have looked at, so that <c>unevaluated…</c> does not bind it, under some conditions.</summary>
internal sealed record EvaluatedParts
{
    public static EvaluatedParts None { get; } = new();

    /// <summary>Gets what must hold so that the keywords apply.</summary>
    public IReadOnlyList<SchemaTerm> Conditions { get; init; } = [];

    public IReadOnlyList<string> Names { get; init; } = [];

    public IReadOnlyList<TextSet> NamePatterns { get; init; } = [];

    public bool AllMembers { get; init; }

    /// <summary>Gets how many of the first items were looked at.</summary>
    public int Prefix { get; init; }

    public bool AllItems { get; init; }

    /// <summary>Gets the kinds of items that <c>contains</c> looked at.</summary>
    public IReadOnlyList<SchemaTerm> Contained { get; init; } = [];

    public bool IsNothing =>
        Names.Count == 0 && NamePatterns.Count == 0 && !AllMembers && Prefix == 0 && !AllItems && Contained.Count == 0;

    public EvaluatedParts With(EvaluatedParts other) =>
        new()
        {
            Conditions = [.. Conditions.Union(other.Conditions)],
            Names = [.. Names.Union(other.Names, StringComparer.Ordinal)],
            NamePatterns = [.. NamePatterns, .. other.NamePatterns],
            AllMembers = AllMembers || other.AllMembers,
            Prefix = Math.Max(Prefix, other.Prefix),
            AllItems = AllItems || other.AllItems,
            Contained = [.. Contained.Union(other.Contained)],
        };
}
