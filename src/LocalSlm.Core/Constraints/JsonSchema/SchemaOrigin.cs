namespace LocalSlm.Constraints.JsonSchema;

/// <summary>The place in a schema that asks for something.</summary>
/// <param name="Path">The JSON pointer of the schema object.</param>
/// <param name="Keyword">The keyword in it.</param>
internal readonly record struct SchemaOrigin(string Path, string Keyword);
