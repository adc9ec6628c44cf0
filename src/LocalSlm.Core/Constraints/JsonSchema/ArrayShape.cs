namespace LocalSlm.Constraints.JsonSchema;

/// <summary>Arrays of one shape.</summary>
internal sealed record ArrayShape
{
    /// <summary>Gets what each of the first items is.</summary>
    public IReadOnlyList<SchemaTerm> Prefix { get; init; } = [];

    /// <summary>Gets what the items behind them are.</summary>
    public required SchemaTerm Rest { get; init; }

    public int Min { get; init; }

    public int? Max { get; init; }

    /// <summary>Gets how many items of a kind there must be.</summary>
    public IReadOnlyList<ItemCount> Counts { get; init; } = [];

    /// <summary>Gets the keyword that forbids equal items.</summary>
    public SchemaOrigin? Unique { get; init; }

    public SchemaTerm ItemAt(int index) => index < Prefix.Count ? Prefix[index] : Rest;
}
