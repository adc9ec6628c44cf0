using System.Text.Json;

namespace LocalSlm.Constraints.JsonSchema;

/// <summary>Reads the keywords of objects.</summary>
internal sealed class ObjectKeywords(SchemaExpander expander, StringKeywords strings)
{
    private readonly TermTable _terms = expander.Terms;
    private readonly ShapeAlgebra _shapes = expander.Shapes;

    /// <summary>Gets what <c>properties</c>, <c>patternProperties</c> and <c>additionalProperties</c> say.</summary>
    public ValueSet Members(SchemaNode node)
    {
        var (schema, path) = (node.Element, node.Path);
        var others = schema.TryGetProperty("additionalProperties", out var additional)
            ? _terms.Schema(expander.Document.Child(node, additional, "additionalProperties"))
            : _terms.Any;
        var patterns = new List<(TextSet Names, SchemaTerm Value)>();
        if (schema.TryGetProperty("patternProperties", out var byPattern))
        {
            foreach (var (pattern, value) in Entries(node, byPattern, "patternProperties"))
            {
                patterns.Add((strings.Pattern(pattern, new SchemaOrigin(path, "patternProperties")), value));
            }
        }

        var members = new List<MemberRule>();
        if (schema.TryGetProperty("properties", out var properties))
        {
            foreach (var (name, value) in Entries(node, properties, "properties"))
            {
                var all = patterns.Where(pattern => pattern.Names.Contains(name)).Select(pattern => pattern.Value);
                members.Add(new MemberRule(name, _terms.All([value, .. all]), false));
            }
        }

        return Set(
            new ObjectShape
            {
                Members = members,
                Others = _shapes.Divide(patterns, others),
                OtherMembers = SpeaksOfOthers(schema) ? OtherMembers.Described : OtherMembers.Open,
                Origin = new SchemaOrigin(path, "properties"),
            }
        );
    }

    /// <summary>Gets what <c>required</c> says.</summary>
    public ValueSet Required(SchemaNode node) =>
        Set(RequiredShape(SchemaValues.Texts(node.Element.GetProperty("required"), node.Path, "required")));

    /// <summary>Gets what <c>minProperties</c>, <c>maxProperties</c> and <c>propertyNames</c> say.</summary>
    public ValueSet Counts(SchemaNode node)
    {
        var (schema, path) = (node.Element, node.Path);
        var shape = _shapes.AnyObject;
        if (schema.TryGetProperty("minProperties", out var min))
        {
            shape = shape with
            {
                Min = SchemaValues.Count(min, path, "minProperties"),
                CountOrigin = new SchemaOrigin(path, "minProperties"),
            };
        }

        if (schema.TryGetProperty("maxProperties", out var max))
        {
            var most = SchemaValues.Count(max, path, "maxProperties");
            shape = shape with
            {
                Max = most == int.MaxValue ? null : most,
                CountOrigin = shape.Min > 0 ? shape.CountOrigin : new SchemaOrigin(path, "maxProperties"),
            };
        }

        if (schema.TryGetProperty("propertyNames", out var names))
        {
            var allowed = expander.Expand(_terms.Schema(expander.Document.Child(node, names, "propertyNames"))).Texts;
            if (!allowed.IsAny)
            {
                shape = shape with
                {
                    Others = _shapes.Divide([(allowed, _terms.Any)], _terms.Never),
                    OtherMembers = OtherMembers.Described,
                };
            }
        }

        return expander.Emptiness.IsEmptyForCertain(shape) ? ValueSet.Any with { AllObjects = false } : Set(shape);
    }

    /// <summary>Gets what <c>dependentRequired</c> and <c>dependentSchemas</c> say, and <c>dependencies</c>, of which both came.</summary>
    public ValueSet Dependents(SchemaNode node)
    {
        var set = ValueSet.Any;
        foreach (var keyword in (ReadOnlySpan<string>)["dependentRequired", "dependentSchemas", "dependencies"])
        {
            if (!node.Element.TryGetProperty(keyword, out var dependents))
            {
                continue;
            }

            foreach (var property in SchemaValues.Object(dependents, node.Path, keyword).EnumerateObject())
            {
                var needs =
                    property.Value.ValueKind == JsonValueKind.Array && keyword != "dependentSchemas"
                    || keyword == "dependentRequired"
                        ? Needs(SchemaValues.Texts(property.Value, node.Path, keyword))
                        : _terms.Schema(expander.Document.Child(node, property.Value, keyword, property.Name));
                if (needs.Kind != TermKind.Any)
                {
                    set = expander.Intersect(set, expander.Expand(_terms.Some(Without(property.Name), needs)));
                }
            }
        }

        return set;
    }

    /// <summary>Gets the set of all that is no object with a member of a name.</summary>
    public SchemaTerm Without(string name) => _terms.Fixed(Set(_shapes.WithMember(name, _terms.Never, false)));

    /// <summary>Tells whether a schema with one of the three keywords says what undeclared members are.</summary>
    private static bool SpeaksOfOthers(JsonElement schema) =>
        !schema.TryGetProperty("properties", out _)
        || schema.TryGetProperty("additionalProperties", out _)
        || schema.TryGetProperty("patternProperties", out _)
        || schema.TryGetProperty("unevaluatedProperties", out _);

    private static ValueSet Set(ObjectShape shape) => ValueSet.Any with { AllObjects = false, Objects = [shape] };

    private SchemaTerm Needs(IReadOnlyList<string> names) =>
        names.Count == 0 ? _terms.Any : _terms.Fixed(Set(RequiredShape(names)));

    private ObjectShape RequiredShape(IReadOnlyList<string> names) =>
        _shapes.AnyObject with
        {
            Members =
            [
                .. names.Distinct(StringComparer.Ordinal).Select(name => new MemberRule(name, _terms.Any, true)),
            ],
        };

    private Dictionary<string, SchemaTerm> Entries(SchemaNode node, JsonElement map, string keyword)
    {
        // A dictionary that nothing is taken out of keeps the order of the document.
        var entries = new Dictionary<string, SchemaTerm>(StringComparer.Ordinal);
        foreach (var property in SchemaValues.Object(map, node.Path, keyword).EnumerateObject())
        {
            entries[property.Name] = _terms.Schema(
                expander.Document.Child(node, property.Value, keyword, property.Name)
            );
        }

        return entries;
    }
}
