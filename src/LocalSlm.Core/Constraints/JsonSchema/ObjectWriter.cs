using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Constraints.JsonSchema;

/// <summary>Writes objects: declared members in their order, then others. No declared name comes twice.</summary>
internal sealed class ObjectWriter(GrammarWriter writer)
{
    /// <summary>Listed names up to this number are taken as declared, so that none of them comes twice.</summary>
    private const int MaxListedNames = 256;

    /// <summary>Counting members needs a rule for each member and count.</summary>
    private const int MaxCountedRules = 20_000;

    /// <summary>Optional members before the first required one are nested in one another.</summary>
    private const int MaxLeadingOptionals = 1_000;

    private readonly JsonLayout _layout = writer.Layout;

    public GrammarNode Write(ObjectShape shape)
    {
        if (shape.Members.Any(member => member.Required && member.Value.Kind == TermKind.Never))
        {
            return GrammarNode.Never;
        }

        var declared = TextSet.FromLiterals(shape.Members.Select(member => member.Name));
        var members = shape.Members.Where(member => member.Value.Kind != TermKind.Never).ToList();
        var others = new List<NameRule>();
        foreach (var rule in Closes(shape, members.Count) ? [] : shape.Others)
        {
            if (rule.Value.Kind == TermKind.Never || rule.Names.Except(declared) is not { IsEmpty: false } names)
            {
                continue;
            }

            if (names.Literals is { Count: <= MaxListedNames } listed && shape.Needed.Count == 0)
            {
                members.AddRange(listed.Select(name => new MemberRule(name, rule.Value, false)));
            }
            else
            {
                // An automaton of names is made for each.
                writer.Expander.Spend(10);
                others.Add(rule with { Names = names });
            }
        }

        var needed = Needed(shape, others);
        if (needed is null && shape.Needed.Count > 0)
        {
            return GrammarNode.Never;
        }

        var (min, max) = Count(shape, members, others.Count > 0);
        return min is null && max is null && needed is null
            ? Uncounted(members, Others(others), shape.Origin)
            : Counted(shape, members, others, needed, min ?? 0, max);
    }

    /// <summary>Tells whether undeclared members are left out: nothing is said of them, and none is needed.</summary>
    private bool Closes(ObjectShape shape, int declared) =>
        writer.Settings.ClosesObjects
        && shape.OtherMembers == OtherMembers.Open
        && shape.Needed.Count == 0
        && shape.Min <= declared;

    /// <summary>Tells which bounds of the count must be counted for.</summary>
    private (int? Min, int? Max) Count(ObjectShape shape, List<MemberRule> members, bool hasOthers)
    {
        var required = members.Count(member => member.Required);
        int? min = shape.Min > required ? shape.Min : null;
        int? max = shape.Max is { } most && (hasOthers || most < members.Count) ? most : null;
        if (min - required > 1 && hasOthers)
        {
            // Free names may repeat, and a name that comes twice is one member: only the first of them is certain to add one.
            writer.Expander.Refuse(
                shape.CountOrigin,
                $"at least {min} members with free names cannot be enforced, for a name may come twice. Name them under properties and require them."
            );
            min = required + 1;
        }

        var counted = Math.Max(min ?? 0, Math.Min(max ?? 0, members.Count + 1));
        if ((min is not null || max is not null) && (members.Count + 1L) * counted > MaxCountedRules)
        {
            writer.Expander.Refuse(
                shape.CountOrigin,
                "counting so many members needs too many rules. Declare fewer, or leave the bound out."
            );
            (min, max) = (null, null);
        }

        return (min, max);
    }

    /// <summary>Gets the names one of which must come, among those that others may have; <see langword="null"/> for none.</summary>
    private List<NameRule>? Needed(ObjectShape shape, List<NameRule> others)
    {
        // A set of names that holds another one asks for nothing more.
        var sets = new List<NeededName>();
        foreach (var needed in shape.Needed)
        {
            if (!sets.Exists(kept => kept.Names.ExceptAll(needed.Names).IsEmpty))
            {
                sets.RemoveAll(kept => needed.Names.ExceptAll(kept.Names).IsEmpty);
                sets.Add(needed);
            }
        }

        if (sets.Count == 0)
        {
            return null;
        }

        if (sets.Count > 1)
        {
            writer.Expander.Refuse(
                sets[1].Origin,
                "several members whose names are free cannot be asked for at once. Name them under properties and require them."
            );
        }

        var names = sets[0].Names;
        var found = others
            .Select(rule => rule with { Names = rule.Names.Intersect(names) })
            .Where(rule => !rule.Names.IsEmpty)
            .ToList();
        return found.Count == 0 ? null : found;
    }

    private GrammarNode Member(MemberRule member) =>
        GrammarNode.Sequence(GrammarNode.Text(JsonText.Quote(member.Name)), _layout.Colon, writer.Node(member.Value));

    private GrammarNode? Others(List<NameRule> rules) =>
        rules.Count == 0
            ? null
            : GrammarNode.Choice([
                .. rules.Select(rule =>
                    GrammarNode.Sequence(ScalarWriter.Write(rule.Names), _layout.Colon, writer.Node(rule.Value))
                ),
            ]);

    private GrammarNode Uncounted(List<MemberRule> members, GrammarNode? other, SchemaOrigin origin)
    {
        var nodes = members.Select(Member).ToArray();
        GrammarNode Next(GrammarNode node) => GrammarNode.Sequence(_layout.Comma, node);
        GrammarNode Element(int i) => members[i].Required ? Next(nodes[i]) : GrammarNode.Optional(Next(nodes[i]));

        // Each of these needs a rule inside the one before.
        var leading = members.TakeWhile(member => !member.Required).Count();
        if (leading > MaxLeadingOptionals)
        {
            throw new SchemaRefusal(
                origin,
                $"{leading} optional members stand before the first required one; the limit is {MaxLeadingOptionals}. Require one of the first, or declare fewer."
            );
        }

        // Up to the first required member each may be the first, which has no comma before it; behind it all is one row.
        var first = members.FindIndex(member => member.Required) is >= 0 and var found ? found : members.Count;
        var tail = new List<GrammarNode>();
        for (var i = first + 1; i < members.Count; i++)
        {
            tail.Add(Element(i));
        }

        if (other is not null)
        {
            tail.Add(GrammarNode.Repeat(Next(other), 0, null));
        }

        tail.Add(_layout.CloseObject);
        var behind = GrammarNode.Sequence(tail);
        if (first == 0 && members.Count > 0)
        {
            return GrammarNode.Sequence(_layout.OpenObject, nodes[0], behind);
        }

        var starts = new List<GrammarNode>();
        if (first == members.Count)
        {
            if (other is not null)
            {
                starts.Add(GrammarNode.Sequence(other, behind));
            }
        }
        else
        {
            starts.Add(GrammarNode.Sequence(nodes[first], behind));
            behind = Shared(GrammarNode.Sequence(Next(nodes[first]), behind));
        }

        for (var i = first - 1; i >= 0; i--)
        {
            starts.Add(GrammarNode.Sequence(nodes[i], behind));
            if (i > 0)
            {
                behind = Shared(GrammarNode.Sequence(Element(i), behind));
            }
        }

        starts.Reverse();
        var any = starts.Count == 0 ? null : GrammarNode.Sequence(_layout.OpenObject, GrammarNode.Choice(starts));
        return first < members.Count ? any!
            : any is null ? _layout.EmptyObject
            : GrammarNode.Choice(any, _layout.EmptyObject);
    }

    private RuleNode Shared(GrammarNode body)
    {
        var rule = writer.Rule("members");
        rule.Body = body;
        return rule;
    }

    private GrammarNode Counted(
        ObjectShape shape,
        List<MemberRule> members,
        List<NameRule> others,
        List<NameRule>? needed,
        int min,
        int? max
    )
    {
        if (needed is not null && (min > 1 || max is not null))
        {
            writer.Expander.Refuse(
                shape.CountOrigin,
                "a count of members cannot be combined with a free name that must come. Take one of them out."
            );
            max = null;
        }

        var states = new Dictionary<(int Member, int Count), GrammarNode>();
        var nodes = members.Select(Member).ToArray();
        var other = Others(others);
        var must = needed is null ? null : Others(needed);

        // Beyond the last bound it does not matter how many there are.
        var cap = max is null ? Math.Max(min, 1) : int.MaxValue;
        for (var member = members.Count; member >= 0; member--)
        {
            for (var count = Math.Min(Math.Min(member, cap), max ?? int.MaxValue); count >= 0; count--)
            {
                var node =
                    member == members.Count
                        ? End(count, other, must, Math.Max(0, min - count), max - count)
                        : Step(members[member], nodes[member], member, count);
                states[(member, count)] = node is SequenceNode or ChoiceNode ? Shared(node) : node;
            }
        }

        return GrammarNode.Sequence(_layout.OpenObject, states[(0, 0)]);

        GrammarNode Step(MemberRule rule, GrammarNode node, int member, int count)
        {
            var options = new List<GrammarNode>();
            if (max is null || count < max)
            {
                options.Add(
                    GrammarNode.Sequence(
                        count == 0 ? GrammarNode.Empty : _layout.Comma,
                        node,
                        states[(member + 1, Math.Min(count + 1, cap))]
                    )
                );
            }

            if (!rule.Required)
            {
                options.Add(states[(member + 1, count)]);
            }

            return GrammarNode.Choice(options);
        }
    }

    /// <summary>Writes what follows the declared members.</summary>
    private GrammarNode End(int count, GrammarNode? other, GrammarNode? must, int min, int? max)
    {
        var close = count == 0 ? GrammarNode.Text("}") : _layout.CloseObject;
        if (other is null || max == 0)
        {
            return min > 0 || must is not null ? GrammarNode.Never : close;
        }

        var next = GrammarNode.Sequence(_layout.Comma, other);
        if (must is not null)
        {
            var free = GrammarNode.Repeat(next, 0, null);
            var needed = GrammarNode.Sequence(_layout.Comma, must);
            return count > 0
                ? GrammarNode.Sequence(free, needed, free, _layout.CloseObject)
                : GrammarNode.Sequence(
                    GrammarNode.Choice(must, GrammarNode.Sequence(other, free, needed)),
                    free,
                    _layout.CloseObject
                );
        }

        if (count > 0)
        {
            return GrammarNode.Sequence(GrammarNode.Repeat(next, min, max), close);
        }

        var some = GrammarNode.Sequence(
            other,
            GrammarNode.Repeat(next, Math.Max(0, min - 1), max - 1),
            _layout.CloseObject
        );
        return min > 0 ? some : GrammarNode.Choice(some, close);
    }
}
