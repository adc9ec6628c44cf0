using System.Text.Json;

namespace LocalSlm.Tools;

/// <summary>Tells which kinds of values a JSON Schema allows, as far as <c>type</c>, <c>enum</c>, <c>const</c> and their combinations
/// say. Enough to know whether a text stands for itself.</summary>
internal static class SchemaKinds
{
    // Deeper references are cycles, or schemas of nobody's tools.
    private const int MaxDepth = 16;

    /// <summary>Gets the kinds that a schema allows.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="root">The document that its references point into.</param>
    public static JsonKinds Of(JsonElement schema, JsonElement root) => Of(schema, root, 0);

    /// <summary>Finds what a reference of a schema points at, through further references.</summary>
    /// <param name="schema">The schema, with or without <c>$ref</c>.</param>
    /// <param name="root">The document that references point into.</param>
    /// <returns>The schema itself if it has no reference; <see langword="null"/> if the reference leads nowhere.</returns>
    public static JsonElement? Resolve(JsonElement schema, JsonElement root)
    {
        for (var depth = 0; depth < MaxDepth; depth++)
        {
            if (
                schema.ValueKind != JsonValueKind.Object
                || !schema.TryGetProperty("$ref", out var reference)
                || reference.ValueKind != JsonValueKind.String
            )
            {
                return schema;
            }

            if (Find(reference.GetString()!, root) is not { } target)
            {
                return null;
            }

            schema = target;
        }

        return null;
    }

    private static JsonKinds Of(JsonElement schema, JsonElement root, int depth)
    {
        if (schema.ValueKind == JsonValueKind.False)
        {
            return JsonKinds.None;
        }

        if (schema.ValueKind != JsonValueKind.Object || depth > MaxDepth)
        {
            return JsonKinds.Any;
        }

        var kinds = JsonKinds.Any;
        foreach (var keyword in schema.EnumerateObject())
        {
            kinds &= keyword.Name switch
            {
                "type" => OfType(keyword.Value),
                "enum" => OfValues(keyword.Value),
                "const" => OfValue(keyword.Value),
                "$ref" => OfReference(keyword.Value, root, depth),
                "anyOf" or "oneOf" => OfAny(keyword.Value, root, depth),
                "allOf" => OfAll(keyword.Value, root, depth),
                _ => JsonKinds.Any,
            };
        }

        // OpenAPI's way to say that null is allowed.
        return schema.TryGetProperty("nullable", out var nullable) && nullable.ValueKind == JsonValueKind.True
            ? kinds | JsonKinds.Null
            : kinds;
    }

    private static JsonKinds OfType(JsonElement type)
    {
        if (type.ValueKind == JsonValueKind.Array)
        {
            var kinds = JsonKinds.None;
            foreach (var item in type.EnumerateArray())
            {
                kinds |= OfType(item);
            }

            return kinds;
        }

        return type.ValueKind != JsonValueKind.String
            ? JsonKinds.Any
            : type.GetString() switch
            {
                "string" => JsonKinds.String,
                "integer" => JsonKinds.Integer,
                "number" => JsonKinds.Number,
                "boolean" => JsonKinds.Boolean,
                "null" => JsonKinds.Null,
                "object" => JsonKinds.Object,
                "array" => JsonKinds.Array,
                _ => JsonKinds.Any,
            };
    }

    private static JsonKinds OfValues(JsonElement values)
    {
        if (values.ValueKind != JsonValueKind.Array)
        {
            return JsonKinds.Any;
        }

        var kinds = JsonKinds.None;
        foreach (var value in values.EnumerateArray())
        {
            kinds |= OfValue(value);
        }

        return kinds;
    }

    private static JsonKinds OfValue(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => JsonKinds.String,
            JsonValueKind.True or JsonValueKind.False => JsonKinds.Boolean,
            JsonValueKind.Null => JsonKinds.Null,
            JsonValueKind.Object => JsonKinds.Object,
            JsonValueKind.Array => JsonKinds.Array,
            _ => JsonValues.KindOf(value.GetRawText()),
        };

    private static JsonKinds OfReference(JsonElement reference, JsonElement root, int depth) =>
        reference.ValueKind == JsonValueKind.String && Find(reference.GetString()!, root) is { } target
            ? Of(target, root, depth + 1)
            : JsonKinds.Any;

    private static JsonKinds OfAny(JsonElement branches, JsonElement root, int depth)
    {
        if (branches.ValueKind != JsonValueKind.Array)
        {
            return JsonKinds.Any;
        }

        var kinds = JsonKinds.None;
        foreach (var branch in branches.EnumerateArray())
        {
            kinds |= Of(branch, root, depth + 1);
        }

        return kinds;
    }

    private static JsonKinds OfAll(JsonElement branches, JsonElement root, int depth)
    {
        var kinds = JsonKinds.Any;
        if (branches.ValueKind == JsonValueKind.Array)
        {
            foreach (var branch in branches.EnumerateArray())
            {
                kinds &= Of(branch, root, depth + 1);
            }
        }

        return kinds;
    }

    // A JSON pointer (RFC 6901) in a fragment; names in it are percent-encoded.
    private static JsonElement? Find(string reference, JsonElement root)
    {
        if (reference is "#")
        {
            return root;
        }

        if (!reference.StartsWith("#/", StringComparison.Ordinal))
        {
            return null;
        }

        var at = root;
        foreach (var part in reference[2..].Split('/'))
        {
            var name = Uri.UnescapeDataString(part)
                .Replace("~1", "/", StringComparison.Ordinal)
                .Replace("~0", "~", StringComparison.Ordinal);
            if (at.ValueKind == JsonValueKind.Object && at.TryGetProperty(name, out var member))
            {
                at = member;
            }
            else if (
                at.ValueKind == JsonValueKind.Array
                && int.TryParse(name, System.Globalization.NumberStyles.None, null, out var index)
                && index < at.GetArrayLength()
            )
            {
                at = at[index];
            }
            else
            {
                return null;
            }
        }

        return at;
    }
}
