using System.Text.Json.Nodes;

namespace LocalSlm.Tests.Constraints.JsonSchema;

/// <summary>Spellings of a JSON value that differ in the order of keys alone. Generated objects have their declared keys in the order of
/// the schema and the others behind them, which JSON Schema does not ask for: a valid instance counts as accepted if one of its orders
/// is.</summary>
internal static class KeyOrders
{
    private const int MaxOrders = 2_000;

    public static IEnumerable<string> Of(string json) =>
        Values(JsonNode.Parse(json)).Take(MaxOrders).Select(value => value?.ToJsonString(Compact) ?? "null");

    private static readonly System.Text.Json.JsonSerializerOptions Compact = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static IEnumerable<JsonNode?> Values(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                return Permutations([.. members.Select(member => (member.Key, member.Value))])
                    .SelectMany(order =>
                        Product([.. order.Select(member => Values(member.Item2))])
                            .Select(values =>
                                (JsonNode?)
                                    new JsonObject(
                                        values.Select(
                                            (value, i) => KeyValuePair.Create(order[i].Item1, value?.DeepClone())
                                        )
                                    )
                            )
                    );
            case JsonArray items:
                return Product([.. items.Select(Values)])
                    .Select(values => (JsonNode?)new JsonArray([.. values.Select(value => value?.DeepClone())]));
            default:
                return [node];
        }
    }

    private static IEnumerable<List<T>> Permutations<T>(List<T> items)
    {
        if (items.Count <= 1)
        {
            yield return items;
            yield break;
        }

        for (var i = 0; i < items.Count; i++)
        {
            foreach (var rest in Permutations([.. items[..i], .. items[(i + 1)..]]))
            {
                yield return [items[i], .. rest];
            }
        }
    }

    private static IEnumerable<List<T>> Product<T>(List<IEnumerable<T>> parts)
    {
        IEnumerable<List<T>> all =
        [
            [],
        ];
        return parts.Aggregate(
            all,
            (sofar, part) => sofar.SelectMany(list => part.Select(item => (List<T>)[.. list, item]))
        );
    }
}
