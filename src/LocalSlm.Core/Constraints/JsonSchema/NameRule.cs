namespace LocalSlm.Constraints.JsonSchema;

/// <summary>What members whose names are in a set are.</summary>
internal readonly record struct NameRule(TextSet Names, SchemaTerm Value);
