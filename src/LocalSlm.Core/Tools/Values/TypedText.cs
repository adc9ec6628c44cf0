using System.Text;
using System.Text.Json;

namespace LocalSlm.Tools;

/// <summary>Gives a value that a format writes as plain text the type that the tool's schema tells.</summary>
internal static class TypedText
{
    /// <summary>Appends the value as JSON. A string stays as it is; anything else is read as JSON, or as Python writes it; what is neither
    /// stays a string, for the tool to refuse.</summary>
    /// <param name="json">Receives it.</param>
    /// <param name="text">What the model wrote.</param>
    /// <param name="tool">The tool; <see langword="null"/> if it is not known.</param>
    /// <param name="name">The argument's name.</param>
    public static void Append(StringBuilder json, string text, ToolDescription? tool, string name)
    {
        var kinds =
            tool is not null && ToolSchema.Argument(tool, name) is { } schema
                ? SchemaKinds.Of(schema, tool.Parameters)
                : JsonKinds.Any;
        Append(json, text, kinds);
    }

    /// <summary>Appends the value as JSON.</summary>
    /// <param name="json">Receives it.</param>
    /// <param name="text">What the model wrote.</param>
    /// <param name="kinds">What it may be.</param>
    public static void Append(StringBuilder json, string text, JsonKinds kinds)
    {
        if (kinds != JsonKinds.String)
        {
            // Text between quotes is text that has quotes: these formats write strings without them.
            var kind = JsonValues.KindOf(text);
            if ((kind & kinds & ~JsonKinds.String) != 0)
            {
                _ = json.Append(text.AsSpan().Trim(" \t\r\n"));
                return;
            }

            if (!kinds.HasFlag(JsonKinds.String) && FromPython(text, kinds) is { } converted)
            {
                _ = json.Append(converted);
                return;
            }
        }

        JsonValues.AppendString(json, text);
    }

    // Templates that print values with Jinja's string filter teach the model Python's forms: True, None, {'a': 1}.
    private static string? FromPython(string text, JsonKinds kinds)
    {
        var trimmed = text.AsSpan().Trim(" \t\r\n");
        switch (trimmed)
        {
            case "True" when kinds.HasFlag(JsonKinds.Boolean):
                return "true";
            case "False" when kinds.HasFlag(JsonKinds.Boolean):
                return "false";
            case "None" when kinds.HasFlag(JsonKinds.Null):
                return "null";
        }

        var wanted =
            trimmed.IsEmpty ? JsonKinds.None
            : trimmed[0] == '{' ? JsonKinds.Object
            : trimmed[0] == '[' ? JsonKinds.Array
            : JsonKinds.None;
        if ((kinds & wanted) == 0)
        {
            return null;
        }

        var converted = new StringBuilder();
        var reader = new PythonicReader(trimmed, converted);
        return reader.TryReadValue(depth: 1) && reader.IsAtEnd ? converted.ToString() : null;
    }
}
