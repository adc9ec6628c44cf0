using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Constraints.JsonSchema;

/// <summary>Tells whether a grammar matches any finite text.</summary>
internal static class Productivity
{
    public static bool Matches(GrammarNode root, IReadOnlyList<RuleNode> rules)
    {
        var productive = new HashSet<RuleNode>(ReferenceEqualityComparer.Instance);

        // Rules lead to rules that were made later, as a rule: from the last to the first, one pass finds most.
        for (var changed = true; changed; )
        {
            changed = false;
            for (var i = rules.Count - 1; i >= 0; i--)
            {
                if (!productive.Contains(rules[i]) && Matches(rules[i].Body))
                {
                    productive.Add(rules[i]);
                    changed = true;
                }
            }
        }

        return Matches(root);

        bool Matches(GrammarNode node) =>
            node switch
            {
                RuleNode rule => productive.Contains(rule),
                SequenceNode sequence => sequence.Items.All(Matches),
                ChoiceNode choice => choice.Options.Any(Matches),
                RepeatNode repeat => repeat.Min == 0 || Matches(repeat.Item),
                AutomatonNode automaton => automaton.Value.StateCount > 0,
                _ => true,
            };
    }
}
