namespace LocalSlm.Constraints.JsonSchema;

/// <summary>A term was asked for while it was being looked into: it refers to itself without a value in between.</summary>
internal sealed class OpenTermException(string path) : Exception
{
    /// <summary>Gets the schema that refers to itself.</summary>
    public string Path { get; } = path;
}
