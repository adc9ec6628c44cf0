using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Tests.Constraints;

/// <summary>JSON of any kind without white space, and records with fixed keys: grammars for tests, put together by hand.</summary>
internal static class JsonGrammar
{
    /// <summary>One character of a JSON string: plain, of any length in UTF-8, or escaped.</summary>
    public static GrammarNode Character { get; } = GrammarNode.Automaton(MakeCharacter());

    public static GrammarNode Digit { get; } = ByteOf("0123456789");

    public static GrammarNode Number { get; } =
        GrammarNode.Sequence(
            GrammarNode.Optional(GrammarNode.Text("-")),
            GrammarNode.Choice(
                GrammarNode.Text("0"),
                GrammarNode.Sequence(ByteOf("123456789"), GrammarNode.Repeat(Digit, 0, 12))
            )
        );

    public static GrammarNode Value { get; } = MakeValue();

    public static GrammarNode String(int min = 0, int? max = null) =>
        GrammarNode.Sequence(GrammarNode.Text("\""), GrammarNode.Repeat(Character, min, max), GrammarNode.Text("\""));

    /// <summary>An object with these members, all of them, in this order.</summary>
    public static GrammarNode Record(params (string Name, GrammarNode Value)[] members)
    {
        var items = new List<GrammarNode>();
        foreach (var (name, value) in members)
        {
            items.Add(GrammarNode.Text($"{(items.Count == 0 ? '{' : ',')}\"{name}\":"));
            items.Add(value);
        }

        items.Add(GrammarNode.Text("}"));
        return GrammarNode.Sequence(items);
    }

    public static GrammarNode ByteOf(string letters) =>
        GrammarNode.Choice([.. letters.Select(static letter => GrammarNode.Text(letter.ToString()))]);

    private static RuleNode MakeValue()
    {
        var value = new RuleNode("value");
        var member = GrammarNode.Sequence(String(), GrammarNode.Text(":"), value);
        value.Body = GrammarNode.Choice(
            String(),
            Number,
            GrammarNode.Text("true"),
            GrammarNode.Text("false"),
            GrammarNode.Text("null"),
            GrammarNode.Sequence(GrammarNode.Text("["), GrammarNode.Optional(List(value)), GrammarNode.Text("]")),
            GrammarNode.Sequence(GrammarNode.Text("{"), GrammarNode.Optional(List(member)), GrammarNode.Text("}"))
        );
        return value;
    }

    private static GrammarNode List(GrammarNode item) =>
        GrammarNode.Sequence(item, GrammarNode.Repeat(GrammarNode.Sequence(GrammarNode.Text(","), item), 0, null));

    // States: 0 start, 1 end, 2 to 4 continuation bytes left 1 to 3, 5 after E0, 6 after ED, 7 after F0, 8 after F4, 9 after a backslash.
    private static ByteAutomaton MakeCharacter()
    {
        var transitions = new int[10 * 256];
        Array.Fill(transitions, ByteAutomaton.Dead);
        void Set(int state, int from, int to, int next)
        {
            for (var b = from; b <= to; b++)
            {
                transitions[(state * 256) + b] = next;
            }
        }

        Set(0, 0x20, 0x7F, 1);
        Set(0, '"', '"', ByteAutomaton.Dead);
        Set(0, '\\', '\\', 9);
        Set(0, 0xC2, 0xDF, 2);
        Set(0, 0xE0, 0xE0, 5);
        Set(0, 0xE1, 0xEF, 3);
        Set(0, 0xED, 0xED, 6);
        Set(0, 0xF0, 0xF0, 7);
        Set(0, 0xF1, 0xF3, 4);
        Set(0, 0xF4, 0xF4, 8);
        Set(2, 0x80, 0xBF, 1);
        Set(3, 0x80, 0xBF, 2);
        Set(4, 0x80, 0xBF, 3);
        Set(5, 0xA0, 0xBF, 2);
        Set(6, 0x80, 0x9F, 2);
        Set(7, 0x90, 0xBF, 3);
        Set(8, 0x80, 0x8F, 3);
        foreach (var escape in "\"\\/bfnrt")
        {
            Set(9, escape, escape, 1);
        }

        var classes = Enumerable.Range(0, 256).Select(static b => (byte)b).ToArray();
        return new ByteAutomaton(classes, 256, transitions, [false, true, .. new bool[8]]);
    }
}
