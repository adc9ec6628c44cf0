using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Constraints.Automaton;

/// <summary>Rewrites nodes so that they match the same texts but the empty one. A repeat of what may be empty would otherwise go round
/// without taking a byte.</summary>
internal sealed class NonEmptyForms(GrammarProperties properties)
{
    private readonly Dictionary<GrammarNode, GrammarNode> _forms = new(ReferenceEqualityComparer.Instance);

    /// <summary>Gets the form of a node; the node itself where it never matches the empty text.</summary>
    public GrammarNode Get(GrammarNode node)
    {
        if (!properties.IsNullable(node))
        {
            return node;
        }

        if (_forms.TryGetValue(node, out var known))
        {
            return known;
        }

        GrammarProperties.GuardDepth();
        if (node is RuleNode rule)
        {
            var form = new RuleNode(rule.Name);
            _forms[node] = form;
            properties.AddMade(form);
            form.Body = Get(rule.Body);
            return form;
        }

        var made = node switch
        {
            SequenceNode sequence => MakeSequence(sequence.Items),
            ChoiceNode choice => new ChoiceNode([.. choice.Options.Select(Get)]),
            RepeatNode { Max: 0 } => GrammarNode.Never,
            RepeatNode repeat => new RepeatNode(
                Get(repeat.Item),
                properties.IsNullable(repeat.Item) ? 1 : Math.Max(1, repeat.Min),
                repeat.Max
            ),
            AutomatonNode automaton => new AutomatonNode(WithoutEmpty(automaton.Value)),
            _ => node,
        };
        _forms[node] = made;
        return made;
    }

    // All items may be empty: one of them is the first that is not.
    private ChoiceNode MakeSequence(IReadOnlyList<GrammarNode> items)
    {
        GrammarNode rest = GrammarNode.Empty;
        var options = new List<GrammarNode>();
        for (var i = items.Count - 1; i >= 0; i--)
        {
            options.Add(new SequenceNode([Get(items[i]), rest]));

            // A rule, so that the tails are compiled once each.
            var tail = new RuleNode("tail") { Body = new SequenceNode([items[i], rest]) };
            properties.AddMade(tail);
            rest = tail;
        }

        return new ChoiceNode(options);
    }

    // The start is taken apart from the state it was: behind the first byte that one may accept again.
    private static ByteAutomaton WithoutEmpty(ByteAutomaton automaton)
    {
        var classes = automaton.ByteClasses.ToArray();
        var count = automaton.ClassCount;
        var transitions = new int[(automaton.StateCount + 1) * count];
        var accepting = new bool[automaton.StateCount + 1];
        for (var b = 0; b < 256; b++)
        {
            for (var state = 0; state < automaton.StateCount; state++)
            {
                var next = automaton.Next(state, (byte)b);
                transitions[((state + 1) * count) + classes[b]] = next < 0 ? ByteAutomaton.Dead : next + 1;
            }

            transitions[classes[b]] = transitions[count + classes[b]];
        }

        for (var state = 0; state < automaton.StateCount; state++)
        {
            accepting[state + 1] = automaton.IsAccepting(state);
        }

        return new ByteAutomaton(classes, count, transitions, accepting);
    }
}
