namespace LocalSlm.Constraints.JsonSchema;

/// <summary>Something in a schema cannot be enforced. It becomes an <see cref="UnsupportedSchemaException"/>, unless a lenient
/// compilation drops the keyword.</summary>
internal sealed class SchemaRefusal(SchemaOrigin origin, string problem) : Exception(problem)
{
    public SchemaOrigin Origin { get; } = origin;
}
