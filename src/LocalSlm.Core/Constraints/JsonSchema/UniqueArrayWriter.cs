using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Constraints.JsonSchema;

/// <summary>Writes arrays without equal items, where there are few values that items can have: a rule for each set of values that have
/// come.</summary>
internal sealed class UniqueArrayWriter(GrammarWriter writer)
{
    private const int MaxStates = 4_096;
    private const int MaxValues = 64;

    private readonly JsonLayout _layout = writer.Layout;

    /// <summary>Writes it, or drops the condition and says so where there are too many values.</summary>
    public GrammarNode? Write(ArrayShape shape, SchemaOrigin origin)
    {
        var max = Math.Min(shape.Max ?? int.MaxValue, MaxValues);
        var places = new List<IReadOnlyDictionary<string, GrammarNode>>();
        for (var i = 0; i <= Math.Min(shape.Prefix.Count, max - 1); i++)
        {
            if (FiniteValues.Of(writer.Expander.Expand(shape.ItemAt(i)), MaxValues) is not { } values)
            {
                return Refuse(origin);
            }

            places.Add(values);
        }

        var numbers = places.SelectMany(place => place.Keys).Distinct(StringComparer.Ordinal).ToList();
        if (numbers.Count > MaxValues)
        {
            return Refuse(origin);
        }

        var states = new Dictionary<ulong, RuleNode>();
        var open = new Queue<(ulong Used, RuleNode Rule)>();
        var start = Reach(0)!;
        while (open.TryDequeue(out var next))
        {
            var count = System.Numerics.BitOperations.PopCount(next.Used);
            var ways = new List<GrammarNode>();
            if (count >= shape.Min)
            {
                ways.Add(count == 0 ? GrammarNode.Text("]") : _layout.CloseArray);
            }

            var place = count < max ? places[Math.Min(count, places.Count - 1)] : places[0];
            foreach (var (value, node) in place)
            {
                var bit = 1UL << numbers.IndexOf(value);
                if (count == max || (next.Used & bit) != 0)
                {
                    continue;
                }

                if (Reach(next.Used | bit) is not { } rule)
                {
                    return Refuse(origin);
                }

                ways.Add(GrammarNode.Sequence(count == 0 ? GrammarNode.Empty : _layout.Comma, node, rule));
            }

            next.Rule.Body = GrammarNode.Choice(ways);
        }

        return GrammarNode.Sequence(_layout.OpenArray, start);

        RuleNode? Reach(ulong used)
        {
            if (!states.TryGetValue(used, out var rule) && states.Count < MaxStates)
            {
                rule = writer.Rule("items");
                states.Add(used, rule);
                open.Enqueue((used, rule));
            }

            return rule;
        }
    }

    private GrammarNode? Refuse(SchemaOrigin origin)
    {
        writer.Expander.Refuse(
            origin,
            "equal items can be excluded only where items come from a short list. Give items an enum, or a lower maxItems, or leave it out."
        );
        return null;
    }
}
