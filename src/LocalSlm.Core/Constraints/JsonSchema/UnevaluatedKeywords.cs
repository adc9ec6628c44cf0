using System.Text.Json;

namespace LocalSlm.Constraints.JsonSchema;

/// <summary>Reads <c>unevaluatedProperties</c> and <c>unevaluatedItems</c>: finds out what other keywords may have looked at, and under
/// which conditions. A condition less only makes the result stricter, so that a branch that applies may be left out of account: every
/// selection of branches is one alternative, and none needs the others to fail.</summary>
internal sealed class UnevaluatedKeywords(
    SchemaExpander expander,
    StringKeywords strings,
    CombinationKeywords combinations
)
{
    private const int MaxAlternatives = 64;
    private const int MaxDepth = 40;

    private readonly TermTable _terms = expander.Terms;
    private readonly ObjectKeywords _objects = new(expander, strings);

    /// <summary>Takes from a schema's set what its own <c>unevaluated…</c> keywords forbid.</summary>
    public ValueSet Restrict(SchemaNode node, ValueSet set)
    {
        var members = combinations.Under(node, "unevaluatedProperties") ?? _terms.Any;
        var items = combinations.Under(node, "unevaluatedItems") ?? _terms.Any;
        if (members.Kind == TermKind.Any && items.Kind == TermKind.Any)
        {
            return set;
        }

        var origin = new SchemaOrigin(
            node.Path,
            members.Kind == TermKind.Any ? "unevaluatedItems" : "unevaluatedProperties"
        );
        try
        {
            var alternatives = Inside(node, origin, 0)
                .Select(parts => _terms.All([.. parts.Conditions, _terms.Fixed(Allowed(parts, members, items))]))
                .ToList();
            return expander.Intersect(set, expander.Expand(_terms.Some(alternatives)));
        }
        catch (SchemaRefusal refusal)
        {
            expander.Refuse(origin, refusal.Message);
            return set;
        }
    }

    private ValueSet Allowed(EvaluatedParts parts, SchemaTerm members, SchemaTerm items)
    {
        var set = ValueSet.Any;
        if (!parts.AllMembers && members.Kind != TermKind.Any)
        {
            var shape = new ObjectShape
            {
                Members = [.. parts.Names.Select(name => new MemberRule(name, _terms.Any, false))],
                Others = expander.Shapes.Divide([.. parts.NamePatterns.Select(names => (names, _terms.Any))], members),
                OtherMembers = OtherMembers.Described,
            };
            set = set with { AllObjects = false, Objects = [shape] };
        }

        if (!parts.AllItems && items.Kind != TermKind.Any)
        {
            var shape = new ArrayShape
            {
                Prefix = [.. Enumerable.Repeat(_terms.Any, parts.Prefix)],
                Rest = _terms.Some([items, .. parts.Contained]),
            };
            set = set with { AllArrays = false, Arrays = [shape] };
        }

        return set;
    }

    /// <summary>Gets the alternatives of a schema without its own <c>unevaluated…</c> keywords.</summary>
    private List<EvaluatedParts> Inside(SchemaNode node, SchemaOrigin origin, int depth)
    {
        if (node.Element.ValueKind != JsonValueKind.Object)
        {
            return [EvaluatedParts.None];
        }

        if (depth > MaxDepth)
        {
            throw new SchemaRefusal(
                origin,
                "what its references have looked at cannot be told. Use additionalProperties or items."
            );
        }

        var schema = node.Element;
        var all = new List<EvaluatedParts> { Own(node) };
        if (schema.TryGetProperty("$ref", out var reference))
        {
            all = Product(all, Nested(combinations.Reference(node, reference, "$ref"), origin, depth), origin);
        }

        if (schema.TryGetProperty("allOf", out _))
        {
            foreach (var branch in combinations.Branches(node, "allOf"))
            {
                all = Product(all, Nested(branch, origin, depth), origin);
            }
        }

        if (schema.TryGetProperty("anyOf", out _))
        {
            foreach (var branch in combinations.Branches(node, "anyOf"))
            {
                all = Product(all, OrNothing(Nested(branch, origin, depth, branch)), origin);
            }
        }

        if (schema.TryGetProperty("oneOf", out _))
        {
            var branches = combinations.Branches(node, "oneOf");
            all = Product(
                all,
                OrNothing([.. branches.SelectMany(branch => Nested(branch, origin, depth, branch))]),
                origin
            );
        }

        if (schema.TryGetProperty("if", out _))
        {
            all = Product(all, Conditional(node, origin, depth), origin);
        }

        if (schema.TryGetProperty("dependentSchemas", out var dependents))
        {
            foreach (var property in SchemaValues.Object(dependents, node.Path, "dependentSchemas").EnumerateObject())
            {
                var present = _terms.Not(_objects.Without(property.Name), origin);
                var term = _terms.Schema(
                    expander.Document.Child(node, property.Value, "dependentSchemas", property.Name)
                );
                all = Product(all, OrNothing(Nested(term, origin, depth, present)), origin);
            }
        }

        return all;
    }

    private List<EvaluatedParts> Conditional(SchemaNode node, SchemaOrigin origin, int depth)
    {
        var condition = combinations.Under(node, "if")!;
        var inside = Nested(condition, origin, depth, condition);
        if (combinations.Under(node, "then") is { } then)
        {
            inside = Product(inside, Nested(then, origin, depth), origin);
        }

        var outside = new List<EvaluatedParts> { EvaluatedParts.None };
        if (combinations.Under(node, "else") is { } otherwise)
        {
            outside = OrNothing(
                Nested(otherwise, origin, depth, _terms.Not(condition, new SchemaOrigin(node.Path, "if")))
            );
        }

        return [.. inside.Where(parts => !parts.IsNothing), .. outside];
    }

    /// <summary>Gets the alternatives of a schema that applies to the same value.</summary>
    private List<EvaluatedParts> Nested(SchemaTerm term, SchemaOrigin origin, int depth, SchemaTerm? condition = null)
    {
        if (term.Node is not { } node)
        {
            return [EvaluatedParts.None];
        }

        var schema = node.Element;
        var more = new EvaluatedParts
        {
            Conditions = condition is null ? [] : [condition],
            AllMembers =
                schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("unevaluatedProperties", out _),
            AllItems = schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("unevaluatedItems", out _),
        };
        return [.. Inside(node, origin, depth + 1).Select(parts => more.With(parts))];
    }

    private EvaluatedParts Own(SchemaNode node)
    {
        var schema = node.Element;
        var prefix =
            schema.TryGetProperty("prefixItems", out var list) ? list
            : schema.TryGetProperty("items", out var items) && items.ValueKind == JsonValueKind.Array ? items
            : default;
        return new EvaluatedParts
        {
            Names = schema.TryGetProperty("properties", out var properties)
                ?
                [
                    .. SchemaValues
                        .Object(properties, node.Path, "properties")
                        .EnumerateObject()
                        .Select(entry => entry.Name),
                ]
                : [],
            NamePatterns = schema.TryGetProperty("patternProperties", out var patterns)
                ?
                [
                    .. SchemaValues
                        .Object(patterns, node.Path, "patternProperties")
                        .EnumerateObject()
                        .Select(entry => strings.Pattern(entry.Name, new SchemaOrigin(node.Path, "patternProperties"))),
                ]
                : [],
            AllMembers = schema.TryGetProperty("additionalProperties", out _),
            Prefix = prefix.ValueKind == JsonValueKind.Array ? prefix.GetArrayLength() : 0,
            AllItems =
                schema.TryGetProperty("additionalItems", out _)
                || (schema.TryGetProperty("items", out var rest) && rest.ValueKind != JsonValueKind.Array),
            Contained = combinations.Under(node, "contains") is { } contained ? [contained] : [],
        };
    }

    private static List<EvaluatedParts> OrNothing(List<EvaluatedParts> parts)
    {
        var something = parts.Where(part => !part.IsNothing).ToList();
        return [.. something, EvaluatedParts.None];
    }

    private static List<EvaluatedParts> Product(List<EvaluatedParts> a, List<EvaluatedParts> b, SchemaOrigin origin)
    {
        var product = (from left in a from right in b select left.With(right)).ToList();
        return product.Count <= MaxAlternatives
            ? product
            : throw new SchemaRefusal(
                origin,
                $"what other keywords have looked at depends on more than {MaxAlternatives} cases. Use additionalProperties or items."
            );
    }
}
