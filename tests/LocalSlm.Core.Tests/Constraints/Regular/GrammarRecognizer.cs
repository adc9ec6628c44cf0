using System.Text;
using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Tests.Constraints.Regular;

/// <summary>Tells by plain recursion whether a grammar matches a text: slow, and for tests.</summary>
internal sealed class GrammarRecognizer
{
    private readonly byte[] _text;
    private readonly Dictionary<(GrammarNode Node, int At), HashSet<int>> _ends = [];

    private GrammarRecognizer(byte[] text) => _text = text;

    public static bool Matches(GrammarNode grammar, string text)
    {
        var recognizer = new GrammarRecognizer(Encoding.UTF8.GetBytes(text));
        return recognizer.Ends(grammar, 0).Contains(recognizer._text.Length);
    }

    private HashSet<int> Ends(GrammarNode node, int at)
    {
        if (!_ends.TryGetValue((node, at), out var ends))
        {
            ends = Find(node, at);
            _ends[(node, at)] = ends;
        }

        return ends;
    }

    private HashSet<int> Find(GrammarNode node, int at)
    {
        switch (node)
        {
            case BytesNode bytes:
                return _text.AsSpan(at).StartsWith(bytes.Value.Span) ? [at + bytes.Value.Length] : [];
            case SequenceNode sequence:
            {
                HashSet<int> places = [at];
                foreach (var item in sequence.Items)
                {
                    places = [.. places.SelectMany(place => Ends(item, place))];
                }

                return places;
            }

            case ChoiceNode choice:
                return [.. choice.Options.SelectMany(option => Ends(option, at))];
            case RuleNode rule:
                return Ends(rule.Body, at);
            case RepeatNode repeat:
            {
                HashSet<int> all = repeat.Min == 0 ? [at] : [];
                HashSet<int> places = [at];
                for (var count = 1; places.Count > 0 && count <= (repeat.Max ?? _text.Length + repeat.Min + 1); count++)
                {
                    places = [.. places.SelectMany(place => Ends(repeat.Item, place))];
                    if (count >= repeat.Min)
                    {
                        all.UnionWith(places);
                    }
                }

                return all;
            }

            case AutomatonNode automaton:
            {
                var ends = new HashSet<int>();
                var state = automaton.Value.StateCount == 0 ? ByteAutomaton.Dead : ByteAutomaton.Start;
                for (var place = at; state != ByteAutomaton.Dead; place++)
                {
                    if (automaton.Value.IsAccepting(state))
                    {
                        ends.Add(place);
                    }

                    state = place < _text.Length ? automaton.Value.Next(state, _text[place]) : ByteAutomaton.Dead;
                }

                return ends;
            }

            default:
                return [];
        }
    }
}
