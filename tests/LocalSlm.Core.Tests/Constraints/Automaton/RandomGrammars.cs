using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Tests.Constraints.Automaton;

/// <summary>Small grammars over the letters a, b, c, with recursion, counted repeats, empty parts and automata.</summary>
internal sealed class RandomGrammars(int seed)
{
    private readonly Random _random = new(seed);
    private readonly List<RuleNode> _rules = [];

    public GrammarNode Make()
    {
        _rules.Clear();
        for (var i = _random.Next(3); i >= 0; i--)
        {
            _rules.Add(new RuleNode($"r{i}"));
        }

        foreach (var rule in _rules)
        {
            rule.Body = Make(4);
        }

        return Make(4);
    }

    public byte[] MakeText(int longest) =>
        [.. Enumerable.Range(0, _random.Next(longest + 1)).Select(_ => (byte)('a' + _random.Next(3)))];

    private GrammarNode Make(int depth)
    {
        switch (_random.Next(depth == 0 ? 3 : 9))
        {
            case 0:
                return GrammarNode.Bytes(Enumerable.Range(0, 1 + _random.Next(2)).Select(_ => Letter()).ToArray());
            case 1:
                return GrammarNode.Bytes([Letter()]);
            case 2:
                return MakeAutomaton();
            case 3 or 4:
                return GrammarNode.Sequence(MakeSome(depth));
            case 5 or 6:
                return GrammarNode.Choice(MakeSome(depth));
            case 7:
                var min = _random.Next(4);
                int? max = _random.Next(3) == 0 ? null : min + _random.Next(4);
                return GrammarNode.Repeat(Make(depth - 1), min, max);
            default:
                return _rules[_random.Next(_rules.Count)];
        }
    }

    private GrammarNode[] MakeSome(int depth) => [.. Enumerable.Range(0, _random.Next(4)).Select(_ => Make(depth - 1))];

    private byte Letter() => (byte)('a' + _random.Next(3));

    // Two states over three letters, every state on the way to acceptance.
    private GrammarNode MakeAutomaton()
    {
        var classes = new byte[256];
        classes['a'] = 1;
        classes['b'] = 2;
        classes['c'] = 3;
        int[] transitions =
        [
            ByteAutomaton.Dead,
            1,
            _random.Next(-1, 2),
            _random.Next(-1, 2),
            ByteAutomaton.Dead,
            _random.Next(-1, 2),
            _random.Next(-1, 2),
            _random.Next(-1, 2),
        ];
        return GrammarNode.Automaton(new ByteAutomaton(classes, 4, transitions, [_random.Next(2) == 0, true]));
    }
}
