using LocalSlm.Constraints.Automaton;
using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Tests.Constraints.Automaton;

/// <summary>Tells what a grammar matches by trying everything: slow, and written without a look at the automaton.</summary>
internal sealed class NaiveRecogniser(byte[] text)
{
    private readonly Dictionary<(GrammarNode, int), HashSet<int>> _rules = [];

    public static bool Matches(GrammarNode root, byte[] text) =>
        new NaiveRecogniser(text).EndsOf(root, 0).Contains(text.Length);

    /// <summary>Gets where a match that begins at a place may end.</summary>
    private HashSet<int> EndsOf(GrammarNode node, int at)
    {
        switch (node)
        {
            case BytesNode bytes:
                return text.AsSpan(at).StartsWith(bytes.Value.Span) ? [at + bytes.Value.Length] : [];
            case MarkerNode marker:
                var name = MarkerBytes.Of(marker.Name);
                return text.AsSpan(at).StartsWith(name) ? [at + name.Length] : [];
            case AutomatonNode automaton:
                return EndsOf(automaton.Value, at);
            case SequenceNode sequence:
                HashSet<int> ends = [at];
                foreach (var item in sequence.Items)
                {
                    ends = [.. ends.SelectMany(end => EndsOf(item, end))];
                }

                return ends;
            case ChoiceNode choice:
                return [.. choice.Options.SelectMany(option => EndsOf(option, at))];
            case RepeatNode repeat:
                return EndsOf(repeat, at);
            case RuleNode rule:
                if (!_rules.TryGetValue((rule, at), out var known))
                {
                    known = EndsOf(rule.Body, at);
                    _rules.Add((rule, at), known);
                }

                return known;
            default:
                throw new NotSupportedException();
        }
    }

    private HashSet<int> EndsOf(ByteAutomaton automaton, int at)
    {
        var ends = new HashSet<int>();
        var state = automaton.StateCount == 0 ? ByteAutomaton.Dead : ByteAutomaton.Start;
        for (var end = at; state != ByteAutomaton.Dead; end++)
        {
            if (automaton.IsAccepting(state))
            {
                ends.Add(end);
            }

            if (end == text.Length)
            {
                break;
            }

            state = automaton.Next(state, text[end]);
        }

        return ends;
    }

    private HashSet<int> EndsOf(RepeatNode repeat, int at)
    {
        var all = new HashSet<int>();
        HashSet<int> ends = [at];

        // More rounds than bytes, plus the fewest, change nothing but for empty rounds.
        var most = Math.Min(repeat.Max ?? int.MaxValue, repeat.Min + text.Length + 1);
        for (var round = 0; round <= most && ends.Count > 0; round++)
        {
            if (round >= repeat.Min)
            {
                all.UnionWith(ends);
            }

            ends = [.. ends.SelectMany(end => EndsOf(repeat.Item, end))];
        }

        return all;
    }
}
