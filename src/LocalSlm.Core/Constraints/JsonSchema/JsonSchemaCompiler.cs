using System.Text.Json;
using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Constraints.JsonSchema;

/// <summary>Makes grammars of JSON Schemas: draft 2020-12, and the spellings of older drafts and of OpenAPI that are in use. Every keyword
/// is enforced, refused by name, or an annotation. Declared members are generated in the order in which the schema names them, others
/// behind them.</summary>
internal static class JsonSchemaCompiler
{
    /// <summary>Makes the grammar of the JSON texts that a schema accepts.</summary>
    /// <exception cref="UnsupportedSchemaException">It is no schema, asks for what cannot be enforced, or accepts nothing.</exception>
    public static GrammarNode Compile(JsonElement schema, JsonSchemaSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (schema.ValueKind is not (JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False))
        {
            throw SchemaValues.Malformed(
                "",
                null,
                $"it is {SchemaValues.Describe(schema)}, but a schema is an object or a boolean. Correct it."
            );
        }

        settings.CancellationToken.ThrowIfCancellationRequested();
        var expander = new SchemaExpander(new SchemaDocument(schema), settings);
        return Write(expander, expander.Terms.Schema(expander.Document.Root), settings);
    }

    /// <summary>Makes the grammar of all JSON texts.</summary>
    /// <param name="settings">Where white space may stand.</param>
    /// <param name="objectsOnly">Whether the value must be an object.</param>
    public static GrammarNode CompileAnyJson(JsonSchemaSettings settings, bool objectsOnly = true)
    {
        ArgumentNullException.ThrowIfNull(settings);
        using var schema = JsonDocument.Parse("true");
        var expander = new SchemaExpander(new SchemaDocument(schema.RootElement), settings);
        var terms = expander.Terms;
        return Write(expander, objectsOnly ? terms.Fixed(new ValueSet { AllObjects = true }) : terms.Any, settings);
    }

    private static GrammarNode Write(SchemaExpander expander, SchemaTerm root, JsonSchemaSettings settings)
    {
        try
        {
            var writer = new GrammarWriter(expander);
            var node = writer.Write(root);
            if (Productivity.Matches(node, writer.Rules))
            {
                return node;
            }
        }
        catch (OpenTermException open)
        {
            throw new UnsupportedSchemaException(
                open.Path,
                "$ref",
                "it refers to itself without a value in between, so that it says nothing. Put the reference under properties or items.",
                open
            );
        }
        catch (SchemaRefusal refusal)
        {
            throw new UnsupportedSchemaException(
                refusal.Origin.Path,
                string.IsNullOrEmpty(refusal.Origin.Keyword) ? null : refusal.Origin.Keyword,
                refusal.Message,
                refusal
            );
        }

        return settings.AllowUnsatisfiable
            ? GrammarNode.Never
            : throw new UnsupportedSchemaException(
                "",
                null,
                "no finite value satisfies it. Look for contradictions, and for objects that require themselves."
            );
    }
}
