using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Constraints.Regular;

/// <summary>Checks the rules of a grammar: each must be there, come to an end, and not begin with itself.</summary>
internal static class GbnfRules
{
    private const string Source = "grammar";

    /// <summary>Checks them.</summary>
    /// <exception cref="GrammarException">A rule fails.</exception>
    public static void Check(IReadOnlyCollection<GbnfRule> rules)
    {
        foreach (var rule in rules)
        {
            if (rule.DefinedAt is null)
            {
                throw new GrammarException(Source, $"the rule '{rule.Node.Name}' is not defined.", rule.SeenAt);
            }
        }

        var users = FindUsers(rules);
        var ending = Spread(rules, users, static (node, known) => Ends(node, known));
        foreach (var rule in rules)
        {
            if (!ending.Contains(rule.Node))
            {
                throw new GrammarException(
                    Source,
                    $"the rule '{rule.Node.Name}' never comes to an end: each of its alternatives needs it again, or matches nothing.",
                    rule.DefinedAt
                );
            }
        }

        var empty = Spread(rules, users, static (node, known) => MayBeEmpty(node, known));
        FindLeftRecursion(rules, empty);
    }

    private static Dictionary<RuleNode, List<GbnfRule>> FindUsers(IReadOnlyCollection<GbnfRule> rules)
    {
        var users = rules.ToDictionary(rule => rule.Node, _ => new List<GbnfRule>());
        foreach (var rule in rules)
        {
            var used = new HashSet<RuleNode>();
            Collect(rule.Node.Body, used);
            foreach (var node in used)
            {
                users[node].Add(rule);
            }
        }

        return users;
    }

    private static void Collect(GrammarNode node, HashSet<RuleNode> used)
    {
        switch (node)
        {
            case RuleNode rule:
                used.Add(rule);
                break;
            case RepeatNode repeat:
                Collect(repeat.Item, used);
                break;
            case SequenceNode or ChoiceNode:
                foreach (var item in ItemsOf(node))
                {
                    Collect(item, used);
                }

                break;
        }
    }

    private static IReadOnlyList<GrammarNode> ItemsOf(GrammarNode node) =>
        node is SequenceNode sequence ? sequence.Items : ((ChoiceNode)node).Options;

    /// <summary>Finds the rules for which something holds that follows from the same for others.</summary>
    private static HashSet<RuleNode> Spread(
        IReadOnlyCollection<GbnfRule> rules,
        Dictionary<RuleNode, List<GbnfRule>> users,
        Func<GrammarNode, HashSet<RuleNode>, bool> holds
    )
    {
        var known = new HashSet<RuleNode>();
        var open = new Queue<GbnfRule>(rules);
        while (open.TryDequeue(out var rule))
        {
            if (!known.Contains(rule.Node) && holds(rule.Node.Body, known))
            {
                known.Add(rule.Node);
                users[rule.Node].ForEach(open.Enqueue);
            }
        }

        return known;
    }

    private static bool Ends(GrammarNode node, HashSet<RuleNode> known) =>
        node switch
        {
            RuleNode rule => known.Contains(rule),
            RepeatNode repeat => repeat.Min == 0 || Ends(repeat.Item, known),
            SequenceNode sequence => sequence.Items.All(item => Ends(item, known)),
            ChoiceNode choice => choice.Options.Any(option => Ends(option, known)),
            _ => true,
        };

    private static bool MayBeEmpty(GrammarNode node, HashSet<RuleNode> known) =>
        node switch
        {
            RuleNode rule => known.Contains(rule),
            RepeatNode repeat => repeat.Min == 0 || MayBeEmpty(repeat.Item, known),
            SequenceNode sequence => sequence.Items.All(item => MayBeEmpty(item, known)),
            ChoiceNode choice => choice.Options.Any(option => MayBeEmpty(option, known)),
            AutomatonNode automaton => automaton.Value.StateCount > 0
                && automaton.Value.IsAccepting(ByteAutomaton.Start),
            _ => false,
        };

    private static void FindLeftRecursion(IReadOnlyCollection<GbnfRule> rules, HashSet<RuleNode> empty)
    {
        var firsts = rules.ToDictionary(rule => rule.Node, rule => FirstsOf(rule.Node.Body, empty));

        // A rule that begins with none but finished ones is finished; what is left begins in a circle.
        var waiting = firsts.ToDictionary(pair => pair.Key, pair => pair.Value.Count);
        var users = rules.ToDictionary(rule => rule.Node, _ => new List<RuleNode>());
        foreach (var (rule, begins) in firsts)
        {
            foreach (var first in begins)
            {
                users[first].Add(rule);
            }
        }

        var finished = new Queue<RuleNode>(waiting.Where(pair => pair.Value == 0).Select(pair => pair.Key));
        while (finished.TryDequeue(out var rule))
        {
            foreach (var user in users[rule])
            {
                if (--waiting[user] == 0)
                {
                    finished.Enqueue(user);
                }
            }
        }

        if (rules.FirstOrDefault(rule => waiting[rule.Node] > 0) is not { } stuck)
        {
            return;
        }

        // From any of them, the way along unfinished beginnings runs into a circle.
        var seen = new HashSet<RuleNode>();
        var at = stuck.Node;
        while (seen.Add(at))
        {
            at = firsts[at].First(first => waiting[first] > 0);
        }

        var culprit = rules.First(rule => rule.Node == at);
        throw new GrammarException(
            Source,
            $"the rule '{culprit.Node.Name}' begins with itself (left recursion). Write it with a repetition instead.",
            culprit.DefinedAt
        );
    }

    private static HashSet<RuleNode> FirstsOf(GrammarNode body, HashSet<RuleNode> empty)
    {
        var firsts = new HashSet<RuleNode>();
        Add(body);
        return firsts;

        void Add(GrammarNode node)
        {
            switch (node)
            {
                case RuleNode rule:
                    firsts.Add(rule);
                    break;
                case RepeatNode repeat when repeat.Max != 0:
                    Add(repeat.Item);
                    break;
                case ChoiceNode choice:
                    foreach (var option in choice.Options)
                    {
                        Add(option);
                    }

                    break;
                case SequenceNode sequence:
                    foreach (var item in sequence.Items)
                    {
                        Add(item);
                        if (!MayBeEmpty(item, empty))
                        {
                            break;
                        }
                    }

                    break;
            }
        }
    }
}
