using System.Runtime.CompilerServices;
using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Constraints.Automaton;

/// <summary>What must be known of a grammar's nodes before it is compiled: which match the empty text, which match any text at all,
/// and which are used in several places. Refuses left recursion.</summary>
internal sealed class GrammarProperties
{
    private readonly Dictionary<GrammarNode, int> _uses = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<RuleNode> _nullableRules = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<RuleNode> _productiveRules = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<GrammarNode, bool> _nullable = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<GrammarNode, bool> _productive = new(ReferenceEqualityComparer.Instance);
    private readonly List<RuleNode> _rules = [];

    /// <exception cref="GrammarException">A rule begins with itself, or the nodes are nested too deep.</exception>
    public GrammarProperties(GrammarNode root)
    {
        Visit(root);
        FindProductive();
        FindNullable();
        RefuseLeftRecursion();
    }

    /// <summary>Tells whether a node stands in more than one place.</summary>
    public bool IsShared(GrammarNode node) => _uses.GetValueOrDefault(node) > 1;

    /// <summary>Tells whether any finite text matches.</summary>
    public bool IsProductive(GrammarNode node)
    {
        if (node is RuleNode rule)
        {
            return _productiveRules.Contains(rule);
        }

        if (!_productive.TryGetValue(node, out var known))
        {
            known = ComputeProductive(node);
            _productive[node] = known;
        }

        return known;
    }

    /// <summary>Tells whether the empty text matches.</summary>
    public bool IsNullable(GrammarNode node)
    {
        if (node is RuleNode rule)
        {
            return _nullableRules.Contains(rule);
        }

        if (!_nullable.TryGetValue(node, out var known))
        {
            known = ComputeNullable(node);
            _nullable[node] = known;
        }

        return known;
    }

    /// <summary>Takes in a rule that was made of rules which are known: it matches some text that is not empty.</summary>
    public void AddMade(RuleNode rule) => _productiveRules.Add(rule);

    /// <summary>Refuses to go deeper where the stack would end.</summary>
    public static void GuardDepth()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new GrammarException("grammar", "it is nested too deep. Make a rule of what is repeated.");
        }
    }

    private void Visit(GrammarNode node)
    {
        if (node is BytesNode or AutomatonNode or MarkerNode)
        {
            return;
        }

        GuardDepth();
        ref var uses = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(
            _uses,
            node,
            out var known
        );
        uses++;
        if (known)
        {
            return;
        }

        switch (node)
        {
            case SequenceNode sequence:
                foreach (var item in sequence.Items)
                {
                    Visit(item);
                }

                break;
            case ChoiceNode choice:
                foreach (var option in choice.Options)
                {
                    Visit(option);
                }

                break;
            case RepeatNode repeat:
                Visit(repeat.Item);
                break;
            case RuleNode rule:
                Visit(rule.Body);

                // Behind its body: what a rule is made of is mostly known before the rule itself.
                _rules.Add(rule);
                break;
            default:
                throw new ArgumentException($"Nodes of type {node.GetType().Name} cannot be compiled.", nameof(node));
        }
    }

    // What was remembered of a node within a pass may be out of date at its end, in one direction alone: the next pass corrects it.
    private void FindProductive()
    {
        for (var changed = true; changed; )
        {
            changed = false;
            _productive.Clear();
            foreach (var rule in _rules)
            {
                if (!_productiveRules.Contains(rule) && IsProductive(rule.Body))
                {
                    _productiveRules.Add(rule);
                    changed = true;
                }
            }
        }
    }

    private void FindNullable()
    {
        for (var changed = true; changed; )
        {
            changed = false;
            _nullable.Clear();
            foreach (var rule in _rules)
            {
                if (!_nullableRules.Contains(rule) && IsNullable(rule.Body))
                {
                    _nullableRules.Add(rule);
                    changed = true;
                }
            }
        }
    }

    private bool ComputeProductive(GrammarNode node)
    {
        GuardDepth();
        return node switch
        {
            SequenceNode sequence => sequence.Items.All(IsProductive),
            ChoiceNode choice => choice.Options.Any(IsProductive),
            RepeatNode repeat => repeat.Min == 0 || IsProductive(repeat.Item),
            AutomatonNode automaton => automaton.Value.StateCount > 0,
            _ => true,
        };
    }

    private bool ComputeNullable(GrammarNode node)
    {
        GuardDepth();
        return node switch
        {
            SequenceNode sequence => sequence.Items.All(IsNullable),
            ChoiceNode choice => choice.Options.Any(IsNullable),
            RepeatNode repeat => repeat.Min == 0 || IsNullable(repeat.Item),
            AutomatonNode { Value: { StateCount: > 0 } automaton } => automaton.IsAccepting(ByteAutomaton.Start),
            _ => false,
        };
    }

    private void RefuseLeftRecursion()
    {
        var done = new HashSet<GrammarNode>(ReferenceEqualityComparer.Instance);
        var open = new HashSet<GrammarNode>(ReferenceEqualityComparer.Instance);
        foreach (var rule in _rules)
        {
            CheckLeft(rule, open, done);
        }
    }

    private void CheckLeft(GrammarNode node, HashSet<GrammarNode> open, HashSet<GrammarNode> done)
    {
        if (node is BytesNode or AutomatonNode or MarkerNode || done.Contains(node))
        {
            return;
        }

        GuardDepth();
        if (!open.Add(node))
        {
            var name = node is RuleNode named ? $" '{named.Name}'" : "";
            throw new GrammarException(
                "grammar",
                $"the rule{name} begins with itself (left recursion). Write a repeat instead."
            );
        }

        switch (node)
        {
            case SequenceNode sequence:
                foreach (var item in sequence.Items)
                {
                    CheckLeft(item, open, done);
                    if (!IsNullable(item))
                    {
                        break;
                    }
                }

                break;
            case ChoiceNode choice:
                foreach (var option in choice.Options)
                {
                    CheckLeft(option, open, done);
                }

                break;
            case RepeatNode repeat:
                CheckLeft(repeat.Item, open, done);
                break;
            case RuleNode rule:
                CheckLeft(rule.Body, open, done);
                break;
        }

        open.Remove(node);
        done.Add(node);
    }
}
