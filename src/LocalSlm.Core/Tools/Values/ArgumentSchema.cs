using System.Buffers;
using System.Text.Json;
using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Tools;

/// <summary>The schema of one value within a tool's schema, for formats that write values apart.</summary>
/// <param name="Schema">The schema.</param>
/// <param name="Root">The document that its references point into.</param>
internal readonly record struct ArgumentSchema(JsonElement Schema, JsonElement Root)
{
    private static readonly JsonElement Anything = JsonDocument.Parse("true").RootElement;

    private static readonly string[] TypeNames = ["string", "boolean", "null", "object", "array"];

    /// <summary>Gets the kinds of values that it allows.</summary>
    public JsonKinds Kinds => SchemaKinds.Of(Schema, Root);

    /// <summary>Lists the arguments of a tool: those that it declares, in order, and those that it requires without declaring
    /// them.</summary>
    public static IReadOnlyList<(string Name, ArgumentSchema Schema, bool IsRequired)> OfTool(ToolDescription tool) =>
        OfObject(new ArgumentSchema(tool.Parameters, tool.Parameters));

    /// <summary>Lists the properties of an object's schema: those that it declares, in order, and those that it requires without
    /// declaring them.</summary>
    public static IReadOnlyList<(string Name, ArgumentSchema Schema, bool IsRequired)> OfObject(ArgumentSchema schema)
    {
        var listed = new List<(string, ArgumentSchema, bool)>();
        var required = schema.Required();
        if (schema.Member("properties", JsonValueKind.Object) is { } properties)
        {
            foreach (var property in properties.EnumerateObject())
            {
                listed.Add((property.Name, schema with { Schema = property.Value }, required.Remove(property.Name)));
            }
        }

        foreach (var name in required)
        {
            listed.Add((name, schema with { Schema = Anything }, true));
        }

        return listed;
    }

    /// <summary>Follows references.</summary>
    /// <exception cref="UnsupportedSchemaException">One leads nowhere.</exception>
    public ArgumentSchema Resolved() =>
        SchemaKinds.Resolve(Schema, Root) is { } target
            ? this with
            {
                Schema = target,
            }
            : throw new UnsupportedSchemaException("", "$ref", "the reference leads nowhere within the tool's schema.");

    /// <summary>Gets a keyword's value; <see langword="null"/> if it is not there or of another kind.</summary>
    public JsonElement? Member(string keyword, JsonValueKind kind) =>
        Schema.ValueKind == JsonValueKind.Object
        && Schema.TryGetProperty(keyword, out var value)
        && value.ValueKind == kind
            ? value
            : null;

    /// <summary>Tells whether it has no other keywords than these and those that only describe.</summary>
    public bool HasOnly(params ReadOnlySpan<string> keywords)
    {
        if (Schema.ValueKind != JsonValueKind.Object)
        {
            return Schema.ValueKind == JsonValueKind.True;
        }

        foreach (var keyword in Schema.EnumerateObject())
        {
            if (
                !keywords.Contains(keyword.Name)
                && keyword.Name
                    is not ("title" or "description" or "default" or "examples" or "$comment" or "deprecated")
            )
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Gets the grammar of the value as JSON.</summary>
    /// <param name="input">What makes it.</param>
    /// <param name="kinds">The kinds that count: those of the schema, or some of them.</param>
    public GrammarNode ToJson(ToolGrammarInput input, JsonKinds kinds)
    {
        var isWhole = kinds == Kinds;
        if (isWhole && !HasReference(Schema))
        {
            return input.JsonValue(Schema);
        }

        // References point into the tool's schema: it comes along, one level deeper, and the value's schema refers to its place in it.
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WritePropertyName("$defs");
            writer.WriteStartObject();
            if (HasReference(Schema))
            {
                writer.WritePropertyName("root");
                Write(Root, writer);
            }

            writer.WritePropertyName("value");
            Write(Schema, writer);
            writer.WriteEndObject();
            writer.WriteString("$ref", "#/$defs/value");
            if (!isWhole)
            {
                WriteTypes(kinds, writer);
            }

            writer.WriteEndObject();
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return input.JsonValue(document.RootElement.Clone());
    }

    private static void WriteTypes(JsonKinds kinds, Utf8JsonWriter writer)
    {
        writer.WriteStartArray("type");
        foreach (var name in TypeNames)
        {
            if (Enum.TryParse<JsonKinds>(name, ignoreCase: true, out var kind) && kinds.HasFlag(kind))
            {
                writer.WriteStringValue(name);
            }
        }

        if ((kinds & JsonKinds.Number) != 0)
        {
            writer.WriteStringValue(kinds.HasFlag(JsonKinds.Fraction) ? "number" : "integer");
        }

        writer.WriteEndArray();
    }

    private static bool HasReference(JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.Object => element
                .EnumerateObject()
                .Any(static m =>
                    (m.Name == "$ref" && m.Value.ValueKind == JsonValueKind.String) || HasReference(m.Value)
                ),
            JsonValueKind.Array => element.EnumerateArray().Any(HasReference),
            _ => false,
        };

    private static void Write(JsonElement element, Utf8JsonWriter writer)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in element.EnumerateObject())
                {
                    writer.WritePropertyName(member.Name);
                    if (member.Name == "$ref" && member.Value.ValueKind == JsonValueKind.String)
                    {
                        writer.WriteStringValue(Moved(member.Value.GetString()!));
                    }
                    else
                    {
                        Write(member.Value, writer);
                    }
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                {
                    Write(item, writer);
                }

                writer.WriteEndArray();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }

    private static string Moved(string reference) =>
        reference.StartsWith('#') ? $"#/$defs/root{reference.AsSpan(1)}" : reference;

    private List<string> Required()
    {
        var names = new List<string>();
        if (Member("required", JsonValueKind.Array) is { } required)
        {
            foreach (var name in required.EnumerateArray())
            {
                if (name.ValueKind == JsonValueKind.String)
                {
                    names.Add(name.GetString()!);
                }
            }
        }

        return names;
    }
}
