namespace LocalSlm.Constraints.JsonSchema;

/// <summary>Names one of which a member must have.</summary>
internal readonly record struct NeededName(TextSet Names, SchemaOrigin Origin);
