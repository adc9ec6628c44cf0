namespace LocalSlm.Constraints.JsonSchema;

/// <summary>How many items of a kind an array must have.</summary>
/// <param name="Item">The kind.</param>
/// <param name="From">The first index that counts.</param>
/// <param name="Min">The fewest.</param>
/// <param name="Max">The most; <see langword="null"/> for any number.</param>
/// <param name="Origin">The keyword that asks for it.</param>
internal sealed record ItemCount(SchemaTerm Item, int From, int Min, int? Max, SchemaOrigin Origin);
