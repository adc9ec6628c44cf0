using System.Text.Json;

namespace LocalSlm.Constraints.JsonSchema;

/// <summary>Reads the keywords of one schema object and merges what they say. Keywords that name members are taken in the order in
/// which they stand, for that is the order in which members are generated.</summary>
internal sealed class SchemaReader
{
    private readonly SchemaExpander _expander;
    private readonly TypeKeywords _types;
    private readonly StringKeywords _strings;
    private readonly ArrayKeywords _arrays;
    private readonly ObjectKeywords _objects;
    private readonly CombinationKeywords _combinations;
    private readonly UnevaluatedKeywords _unevaluated;

    public SchemaReader(SchemaExpander expander)
    {
        _expander = expander;
        _types = new TypeKeywords(expander);
        _strings = new StringKeywords(expander);
        _arrays = new ArrayKeywords(expander);
        _objects = new ObjectKeywords(expander, _strings);
        _combinations = new CombinationKeywords(expander);
        _unevaluated = new UnevaluatedKeywords(expander, _strings, _combinations);
    }

    /// <summary>Gets what a schema accepts.</summary>
    /// <param name="node">The schema.</param>
    /// <param name="withUnevaluated">Whether its own <c>unevaluated…</c> keywords count.</param>
    public ValueSet Read(SchemaNode node, bool withUnevaluated)
    {
        var schema = node.Element;
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return schema.ValueKind == JsonValueKind.True ? ValueSet.Any : ValueSet.Never;
        }

        if (schema.ValueKind != JsonValueKind.Object)
        {
            throw SchemaValues.Malformed(
                node.Path,
                null,
                $"it is {SchemaValues.Describe(schema)}, but a schema is an object or a boolean. Correct it."
            );
        }

        if (schema.TryGetProperty("$ref", out var reference) && !_expander.Document.SiblingsOfReferencesCount)
        {
            return _expander.Expand(_combinations.Reference(node, reference, "$ref"));
        }

        var set = ValueSet.Any;
        var done = KeywordGroups.None;
        foreach (var property in schema.EnumerateObject())
        {
            var group = GroupOf(property.Name);
            if (group != KeywordGroups.None && (done & group) == 0)
            {
                done |= group;
                set = Merge(set, node, property.Name, () => Read(group, node));
            }
            else if (SchemaKeywords.Unsupported.Contains(property.Name))
            {
                _expander.Refuse(
                    new SchemaOrigin(node.Path, property.Name),
                    "the keyword is of an older draft and is not supported. Write the schema in draft 2020-12."
                );
            }
        }

        // Behind all that names members, so that it adds names at the end and moves none.
        if (schema.TryGetProperty("required", out _))
        {
            set = Merge(set, node, "required", () => _objects.Required(node));
        }

        return withUnevaluated ? _unevaluated.Restrict(node, set) : set;
    }

    private ValueSet Merge(ValueSet set, SchemaNode node, string keyword, Func<ValueSet> read)
    {
        try
        {
            return _expander.Intersect(set, read());
        }
        catch (GrammarException e)
        {
            _expander.Refuse(new SchemaOrigin(node.Path, keyword), e.Message);
            return set;
        }
    }

    private static KeywordGroups GroupOf(string keyword) =>
        keyword switch
        {
            "type" or "nullable" => KeywordGroups.Type,
            "enum" => KeywordGroups.Enum,
            "const" => KeywordGroups.Const,
            "minimum" or "maximum" or "exclusiveMinimum" or "exclusiveMaximum" or "multipleOf" => KeywordGroups.Number,
            "minLength" or "maxLength" or "pattern" or "format" or "contentEncoding" => KeywordGroups.String,
            "items"
            or "prefixItems"
            or "additionalItems"
            or "minItems"
            or "maxItems"
            or "uniqueItems"
            or "contains"
            or "minContains"
            or "maxContains" => KeywordGroups.Array,
            "properties" or "patternProperties" or "additionalProperties" => KeywordGroups.Members,
            "minProperties" or "maxProperties" or "propertyNames" => KeywordGroups.MemberCounts,
            "dependentRequired" or "dependentSchemas" or "dependencies" => KeywordGroups.Dependents,
            "allOf" => KeywordGroups.AllOf,
            "anyOf" => KeywordGroups.AnyOf,
            "oneOf" => KeywordGroups.OneOf,
            "not" => KeywordGroups.Not,
            "if" => KeywordGroups.If,
            "$ref" => KeywordGroups.Reference,
            "$dynamicRef" => KeywordGroups.DynamicReference,
            _ => KeywordGroups.None,
        };

    private ValueSet Read(KeywordGroups group, SchemaNode node) =>
        group switch
        {
            KeywordGroups.Type => _types.Type(node),
            KeywordGroups.Enum => _types.Enum(node),
            KeywordGroups.Const => _types.Const(node),
            KeywordGroups.Number => _types.Numbers(node),
            KeywordGroups.String => _strings.Read(node),
            KeywordGroups.Array => _arrays.Read(node),
            KeywordGroups.Members => _objects.Members(node),
            KeywordGroups.MemberCounts => _objects.Counts(node),
            KeywordGroups.Dependents => _objects.Dependents(node),
            _ => _expander.Expand(_combinations.Term(group, node)),
        };
}
