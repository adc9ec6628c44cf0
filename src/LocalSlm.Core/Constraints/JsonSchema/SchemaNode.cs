using System.Text.Json;

namespace LocalSlm.Constraints.JsonSchema;

/// <summary>A schema in the document: an object or a boolean.</summary>
internal sealed record SchemaNode(JsonElement Element, string Path, SchemaResource Resource)
{
    /// <summary>Writes one more step of a JSON pointer (RFC 6901).</summary>
    public static string Step(string path, string name) =>
        $"{path}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
}
