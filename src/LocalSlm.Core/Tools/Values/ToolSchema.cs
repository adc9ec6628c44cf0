using System.Text.Json;

namespace LocalSlm.Tools;

/// <summary>Looks things up in the tools of a request.</summary>
internal static class ToolSchema
{
    /// <summary>Gets the name of a tool's argument by its place.</summary>
    public static string? NameAt(ToolDescription tool, int index)
    {
        if (Properties(tool) is not { } properties)
        {
            return null;
        }

        foreach (var property in properties.EnumerateObject())
        {
            if (index-- == 0)
            {
                return property.Name;
            }
        }

        return null;
    }

    /// <summary>Gets the schema of one argument; <see langword="null"/> if the tool declares none of that name.</summary>
    public static JsonElement? Argument(ToolDescription tool, string name) =>
        Properties(tool) is { } properties && properties.TryGetProperty(name, out var schema) ? schema : null;

    /// <summary>Gets the schemas of a tool's arguments by name; <see langword="null"/> if it declares none.</summary>
    public static JsonElement? Properties(ToolDescription tool) =>
        tool.Parameters.ValueKind == JsonValueKind.Object
        && tool.Parameters.TryGetProperty("properties", out var properties)
        && properties.ValueKind == JsonValueKind.Object
            ? properties
            : null;
}
