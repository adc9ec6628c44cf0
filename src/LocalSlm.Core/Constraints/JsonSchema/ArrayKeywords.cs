using System.Text.Json;

namespace LocalSlm.Constraints.JsonSchema;

/// <summary>Reads the keywords of arrays, of 2020-12 and in their older form.</summary>
internal sealed class ArrayKeywords(SchemaExpander expander)
{
    /// <summary>Each place is written inside the one before.</summary>
    private const int MaxPrefix = 1_000;

    private readonly TermTable _terms = expander.Terms;

    public ValueSet Read(SchemaNode node)
    {
        var (schema, path) = (node.Element, node.Path);
        var shape = new ArrayShape
        {
            Prefix = Prefix(node),
            Rest = Rest(node),
            Min = schema.TryGetProperty("minItems", out var min) ? SchemaValues.Count(min, path, "minItems") : 0,
            Max =
                schema.TryGetProperty("maxItems", out var max)
                && SchemaValues.Count(max, path, "maxItems") is < int.MaxValue and var most
                    ? most
                    : null,
            Unique =
                schema.TryGetProperty("uniqueItems", out var unique)
                && SchemaValues.Boolean(unique, path, "uniqueItems")
                    ? new SchemaOrigin(path, "uniqueItems")
                    : null,
        };
        shape = Contains(node, shape);
        return ValueSet.Any with
        {
            AllArrays = false,
            Arrays = expander.Emptiness.IsEmptyForCertain(shape) ? [] : [shape],
        };
    }

    private SchemaTerm[] Prefix(SchemaNode node)
    {
        var keyword = "prefixItems";
        if (!node.Element.TryGetProperty(keyword, out var list))
        {
            keyword = "items";
            if (!node.Element.TryGetProperty(keyword, out list) || list.ValueKind != JsonValueKind.Array)
            {
                return [];
            }
        }

        if (list.ValueKind != JsonValueKind.Array)
        {
            throw SchemaValues.Malformed(
                node.Path,
                keyword,
                $"it is {SchemaValues.Describe(list)}, but must be a list of schemas. Correct the schema."
            );
        }

        if (list.GetArrayLength() > MaxPrefix)
        {
            throw SchemaValues.Malformed(
                node.Path,
                keyword,
                $"it has {list.GetArrayLength()} schemas; the limit is {MaxPrefix}. Use items for what is alike."
            );
        }

        return
        [
            .. list.EnumerateArray()
                .Select((item, index) => _terms.Schema(expander.Document.Child(node, item, keyword, index))),
        ];
    }

    private SchemaTerm Rest(SchemaNode node)
    {
        if (!node.Element.TryGetProperty("items", out var items))
        {
            return _terms.Any;
        }

        // Up to 2019-09 a list under 'items' is the prefix, and 'additionalItems' is what follows it.
        if (items.ValueKind != JsonValueKind.Array)
        {
            return _terms.Schema(expander.Document.Child(node, items, "items"));
        }

        return node.Element.TryGetProperty("additionalItems", out var additional)
            ? _terms.Schema(expander.Document.Child(node, additional, "additionalItems"))
            : _terms.Any;
    }

    private ArrayShape Contains(SchemaNode node, ArrayShape shape)
    {
        var (schema, path) = (node.Element, node.Path);
        var min = schema.TryGetProperty("minContains", out var fewest)
            ? SchemaValues.Count(fewest, path, "minContains")
            : 1;
        int? max = schema.TryGetProperty("maxContains", out var most)
            ? SchemaValues.Count(most, path, "maxContains")
            : null;
        if (!schema.TryGetProperty("contains", out var contains) || (min == 0 && max is null))
        {
            return shape;
        }

        var item = _terms.Schema(expander.Document.Child(node, contains, "contains"));
        return item.Kind == TermKind.Any
            ? shape with
            {
                Min = Math.Max(shape.Min, min),
                Max = max is null || shape.Max < max ? shape.Max : max,
            }
            : shape with
            {
                Counts = [new ItemCount(item, 0, min, max, new SchemaOrigin(path, "contains"))],
            };
    }
}
