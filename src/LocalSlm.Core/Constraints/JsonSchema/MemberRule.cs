namespace LocalSlm.Constraints.JsonSchema;

/// <summary>A declared member of an object.</summary>
internal readonly record struct MemberRule(string Name, SchemaTerm Value, bool Required);
