using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Constraints.JsonSchema;

/// <summary>The punctuation of JSON with the white space that may stand around it.</summary>
internal sealed class JsonLayout
{
    /// <summary>Deep enough for four levels of four blanks; more would be room for a small model to go astray in.</summary>
    private const int MaxIndentation = 16;

    private static readonly GrammarNode Space = GrammarNode.Automaton(MakeSpace());

    public JsonLayout(JsonWhitespace whitespace)
    {
        var bounded = whitespace == JsonWhitespace.Bounded;
        Around = bounded ? Space : GrammarNode.Empty;
        Comma = bounded ? GrammarNode.Sequence(Space, GrammarNode.Text(","), Space) : GrammarNode.Text(",");
        Colon = bounded ? GrammarNode.Sequence(Space, GrammarNode.Text(":"), Space) : GrammarNode.Text(":");
        OpenObject = bounded ? GrammarNode.Sequence(GrammarNode.Text("{"), Space) : GrammarNode.Text("{");
        CloseObject = bounded ? GrammarNode.Sequence(Space, GrammarNode.Text("}")) : GrammarNode.Text("}");
        EmptyObject = bounded
            ? GrammarNode.Sequence(GrammarNode.Text("{"), Space, GrammarNode.Text("}"))
            : GrammarNode.Text("{}");
        OpenArray = bounded ? GrammarNode.Sequence(GrammarNode.Text("["), Space) : GrammarNode.Text("[");
        CloseArray = bounded ? GrammarNode.Sequence(Space, GrammarNode.Text("]")) : GrammarNode.Text("]");
        EmptyArray = bounded
            ? GrammarNode.Sequence(GrammarNode.Text("["), Space, GrammarNode.Text("]"))
            : GrammarNode.Text("[]");
    }

    /// <summary>Gets what may stand before and behind the whole value.</summary>
    public GrammarNode Around { get; }

    public GrammarNode Comma { get; }

    public GrammarNode Colon { get; }

    public GrammarNode OpenObject { get; }

    public GrammarNode CloseObject { get; }

    public GrammarNode EmptyObject { get; }

    public GrammarNode OpenArray { get; }

    public GrammarNode CloseArray { get; }

    public GrammarNode EmptyArray { get; }

    /// <summary>Makes what accepts nothing, one blank or tab, or one line break with blanks or tabs behind it.</summary>
    private static ByteAutomaton MakeSpace()
    {
        // Classes: 0 other, 1 blank and tab, 2 carriage return, 3 line feed.
        var classes = new byte[256];
        (classes[' '], classes['\t'], classes['\r'], classes['\n']) = (1, 1, 2, 3);

        // States: 0 nothing yet, 1 one blank, 2 a carriage return, 3 a line break, then one for each step of indentation.
        const int Broken = 3;
        const int States = Broken + MaxIndentation + 1;
        var next = new int[States * 4];
        Array.Fill(next, ByteAutomaton.Dead);
        (next[1], next[2], next[3]) = (1, 2, Broken);
        next[(2 * 4) + 1] = Broken + 1;
        next[(2 * 4) + 3] = Broken;
        for (var state = Broken; state < States - 1; state++)
        {
            next[(state * 4) + 1] = state + 1;
        }

        var accepting = new bool[States];
        Array.Fill(accepting, true);
        return new ByteAutomaton(classes, 4, next, accepting);
    }
}
