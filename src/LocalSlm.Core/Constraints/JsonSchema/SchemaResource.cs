using System.Text.Json;

namespace LocalSlm.Constraints.JsonSchema;

/// <summary>A schema with an identity of its own: the root, or a subschema with <c>$id</c>. References of the form <c>#…</c> look
/// in it.</summary>
internal sealed class SchemaResource(JsonElement root, string path, Uri? id)
{
    public JsonElement Root { get; } = root;

    /// <summary>Gets the JSON pointer of <see cref="Root"/> in the document.</summary>
    public string Path { get; } = path;

    public Uri? Id { get; } = id;

    /// <summary>Gets the subschemas that <c>$anchor</c> names.</summary>
    public Dictionary<string, SchemaNode> Anchors { get; } = new(StringComparer.Ordinal);
}
