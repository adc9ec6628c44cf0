namespace LocalSlm.Constraints.JsonSchema;

/// <summary>A set of JSON values, by type: what a schema says once its keywords, references and combinations are merged. Arrays and
/// objects are unions of shapes, whose members are terms still to be looked into. Immutable.</summary>
internal sealed record ValueSet
{
    public static ValueSet Any { get; } =
        new()
        {
            Null = true,
            True = true,
            False = true,
            Numbers = NumberSet.Any,
            Texts = TextSet.Any,
            AllArrays = true,
            AllObjects = true,
        };

    public static ValueSet Never { get; } = new();

    public bool Null { get; init; }

    public bool True { get; init; }

    public bool False { get; init; }

    public NumberSet Numbers { get; init; } = NumberSet.Never;

    public TextSet Texts { get; init; } = TextSet.Never;

    /// <summary>Gets a value indicating whether every array is in the set; <see cref="Arrays"/> is empty then.</summary>
    public bool AllArrays { get; init; }

    public IReadOnlyList<ArrayShape> Arrays { get; init; } = [];

    /// <summary>Gets a value indicating whether every object is in the set; <see cref="Objects"/> is empty then.</summary>
    public bool AllObjects { get; init; }

    public IReadOnlyList<ObjectShape> Objects { get; init; } = [];

    public bool HasArrays => AllArrays || Arrays.Count > 0;

    public bool HasObjects => AllObjects || Objects.Count > 0;

    /// <summary>Gets a value indicating whether the set holds a value that is no array and no object.</summary>
    public bool HasScalars => Null || True || False || !Numbers.IsEmpty || !Texts.IsEmpty;
}
