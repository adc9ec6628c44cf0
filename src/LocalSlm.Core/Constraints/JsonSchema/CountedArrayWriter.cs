using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Constraints.JsonSchema;

/// <summary>Writes arrays some of whose items are counted: a rule for each position and each number counted so far.</summary>
internal sealed class CountedArrayWriter(GrammarWriter writer)
{
    private const int MaxStates = 4_000;

    private readonly JsonLayout _layout = writer.Layout;
    private readonly TermTable _terms = writer.Expander.Terms;

    /// <summary>Writes it, or drops the counts and says so where they need too many rules.</summary>
    public GrammarNode? Write(ArrayShape shape)
    {
        // Positions beyond the last one that differs from its neighbours are one.
        var last = Math.Max(1, Math.Max(shape.Prefix.Count, shape.Counts.Max(count => count.From)));
        last = Math.Max(last, Math.Max(shape.Min, shape.Max + 1 ?? 0));
        var states = shape.Counts.Aggregate(
            (long)last + 1,
            (all, count) => Math.Min(MaxStates + 1L, all * (Cap(count) + 1L))
        );
        if (states > MaxStates)
        {
            writer.Expander.Refuse(
                shape.Counts[0].Origin,
                $"counting these items needs more than {MaxStates} rules. Use smaller bounds, or fewer of them."
            );
            return null;
        }

        return GrammarNode.Sequence(
            _layout.OpenArray,
            new Pass(writer, _layout, _terms, shape, last).State(0, new int[shape.Counts.Count])
        );
    }

    /// <summary>Gets the number from which on it does not matter how many there are.</summary>
    private static int Cap(ItemCount count) => count.Max is { } max ? Math.Max(max, count.Min) : count.Min;

    private sealed class Pass(GrammarWriter writer, JsonLayout layout, TermTable terms, ArrayShape shape, int last)
    {
        private readonly Dictionary<string, GrammarNode> _states = new(StringComparer.Ordinal);

        public GrammarNode State(int position, int[] counted)
        {
            var key = $"{position}:{string.Join(',', counted)}";
            if (_states.TryGetValue(key, out var known))
            {
                return known;
            }

            var rule = writer.Rule("items");
            _states.Add(key, rule);
            var loops = new List<GrammarNode>();
            var ways = new List<GrammarNode>();
            if (
                position >= shape.Min
                && shape.Counts.Select((count, i) => counted[i] >= count.Min).All(enough => enough)
            )
            {
                ways.Add(position == 0 ? GrammarNode.Text("]") : layout.CloseArray);
            }

            if (!(position >= shape.Max))
            {
                foreach (var (item, next) in Items(position, counted))
                {
                    var node = writer.Node(item);
                    if (node == GrammarNode.Never)
                    {
                        continue;
                    }

                    var step = position == 0 ? node : GrammarNode.Sequence(layout.Comma, node);
                    var target = Math.Min(position + 1, last);
                    if (target == position && next.SequenceEqual(counted))
                    {
                        loops.Add(step);
                    }
                    else
                    {
                        ways.Add(GrammarNode.Sequence(step, State(target, next)));
                    }
                }
            }

            var end = GrammarNode.Choice(ways);
            rule.Body =
                loops.Count == 0
                    ? end
                    : GrammarNode.Sequence(GrammarNode.Repeat(GrammarNode.Choice(loops), 0, null), end);
            return rule;
        }

        /// <summary>Gets what the next item may be, with what is counted behind it. Where there is no upper bound, an item of the kind
        /// may go uncounted: then nothing has to be known of items that are not of the kind.</summary>
        private List<(SchemaTerm Item, int[] Counted)> Items(int position, int[] counted)
        {
            var ways = new List<(SchemaTerm Item, int[] Counted)> { (shape.ItemAt(position), counted) };
            for (var i = 0; i < shape.Counts.Count; i++)
            {
                var count = shape.Counts[i];
                if (position < count.From || (count.Max is null && counted[i] >= count.Min))
                {
                    continue;
                }

                var more = new List<(SchemaTerm, int[])>();
                foreach (var (item, before) in ways)
                {
                    if (!(before[i] >= count.Max))
                    {
                        var behind = (int[])before.Clone();
                        behind[i]++;
                        more.Add((terms.All(item, count.Item), behind));
                    }

                    more.Add((count.Max is null ? item : terms.All(item, terms.Not(count.Item, count.Origin)), before));
                }

                ways = more;
            }

            return ways;
        }
    }
}
