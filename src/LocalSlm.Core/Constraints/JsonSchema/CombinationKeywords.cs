using System.Text.Json;

namespace LocalSlm.Constraints.JsonSchema;

/// <summary>Reads the keywords that combine schemas, and references.</summary>
internal sealed class CombinationKeywords(SchemaExpander expander)
{
    /// <summary>Each pair of branches of <c>oneOf</c> must be compared.</summary>
    private const int MaxExclusiveBranches = 300;

    private readonly TermTable _terms = expander.Terms;

    public SchemaTerm Term(KeywordGroups group, SchemaNode node) =>
        group switch
        {
            KeywordGroups.AllOf => _terms.All(Branches(node, "allOf")),
            KeywordGroups.AnyOf => _terms.Some(Branches(node, "anyOf")),
            KeywordGroups.OneOf => OneOf(node),
            KeywordGroups.Not => _terms.Not(Under(node, "not")!, new SchemaOrigin(node.Path, "not")),
            KeywordGroups.If => If(node),
            KeywordGroups.Reference => Reference(node, node.Element.GetProperty("$ref"), "$ref"),
            KeywordGroups.DynamicReference => Reference(node, node.Element.GetProperty("$dynamicRef"), "$dynamicRef"),
            _ => throw new ArgumentOutOfRangeException(nameof(group)),
        };

    /// <summary>Gets the schemas under a keyword that holds a list of them.</summary>
    public IReadOnlyList<SchemaTerm> Branches(SchemaNode node, string keyword)
    {
        var list = node.Element.GetProperty(keyword);
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0)
        {
            throw SchemaValues.Malformed(
                node.Path,
                keyword,
                $"it is {(list.ValueKind == JsonValueKind.Array ? "empty" : SchemaValues.Describe(list))}, but must be a list of at least one schema. Correct the schema."
            );
        }

        return
        [
            .. list.EnumerateArray()
                .Select((item, index) => _terms.Schema(expander.Document.Child(node, item, keyword, index))),
        ];
    }

    /// <summary>Gets the schema under a keyword, or <see langword="null"/> if there is none.</summary>
    public SchemaTerm? Under(SchemaNode node, string keyword) =>
        node.Element.TryGetProperty(keyword, out var schema)
            ? _terms.Schema(expander.Document.Child(node, schema, keyword))
            : null;

    /// <summary>Gets what a reference refers to.</summary>
    public SchemaTerm Reference(SchemaNode node, JsonElement reference, string keyword)
    {
        var text = SchemaValues.Text(reference, node.Path, keyword);

        // With one anchor of the name, and nothing from outside, a dynamic reference means what a plain one does.
        return _terms.Schema(expander.Document.Resolve(node, text, keyword));
    }

    private SchemaTerm OneOf(SchemaNode node)
    {
        var origin = new SchemaOrigin(node.Path, "oneOf");
        var branches = Branches(node, "oneOf");
        if (branches.Count > MaxExclusiveBranches)
        {
            expander.Refuse(
                origin,
                $"it has {branches.Count} branches; the limit is {MaxExclusiveBranches}. Use anyOf."
            );
            return _terms.Some(branches);
        }

        // Other keywords of the schema may tell branches apart; what is left over is taken out of each branch.
        var parts = new SchemaTerm[branches.Count];
        for (var i = 0; i < parts.Length; i++)
        {
            var (index, others) = (i, new List<SchemaTerm>());
            for (var j = 0; j < parts.Length; j++)
            {
                if (j != i && (branches[i] == branches[j] || !AreDisjoint(branches[i], branches[j])))
                {
                    others.Add(_terms.Not(branches[j], origin));
                }
            }

            parts[index] = _terms.All([branches[i], .. others]);
        }

        return _terms.Some(parts);
    }

    private bool AreDisjoint(SchemaTerm a, SchemaTerm b) =>
        expander.Emptiness.IsEmptyForCertain(a.Id < b.Id ? _terms.All(a, b) : _terms.All(b, a));

    private SchemaTerm If(SchemaNode node)
    {
        var (then, otherwise) = (Under(node, "then"), Under(node, "else"));
        if (then is null && otherwise is null)
        {
            return _terms.Any;
        }

        var condition = Under(node, "if")!;
        var outside = _terms.Not(condition, new SchemaOrigin(node.Path, "if"));
        return _terms.Some(
            then is null ? condition : _terms.All(condition, then),
            otherwise is null ? outside : _terms.All(outside, otherwise)
        );
    }
}
