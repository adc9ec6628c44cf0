namespace LocalSlm.Constraints.Grammar;

/// <summary>A piece of a context-free grammar over bytes: what a text may be. Immutable once built; rules are the only way to
/// recursion. Text is UTF-8; a control token of the vocabulary is <see cref="MarkerNode"/>.</summary>
internal abstract class GrammarNode
{
    /// <summary>Gets the node that matches the empty text.</summary>
    public static GrammarNode Empty { get; } = new SequenceNode([]);

    /// <summary>Gets the node that matches nothing at all, not even the empty text.</summary>
    public static GrammarNode Never { get; } = new ChoiceNode([]);

    /// <summary>Matches a text.</summary>
    public static GrammarNode Text(string text) => Bytes(System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>Matches bytes.</summary>
    public static GrammarNode Bytes(ReadOnlySpan<byte> bytes) => bytes.IsEmpty ? Empty : new BytesNode(bytes.ToArray());

    /// <summary>Matches one after the other.</summary>
    public static GrammarNode Sequence(params IReadOnlyList<GrammarNode> items) =>
        items.Count == 1 ? items[0] : new SequenceNode(items);

    /// <summary>Matches any one.</summary>
    public static GrammarNode Choice(params IReadOnlyList<GrammarNode> options) =>
        options.Count == 1 ? options[0] : new ChoiceNode(options);

    /// <summary>Matches it once or not at all.</summary>
    public static GrammarNode Optional(GrammarNode item) => new RepeatNode(item, 0, 1);

    /// <summary>Matches it again and again.</summary>
    /// <param name="item">What is repeated.</param>
    /// <param name="min">The fewest times.</param>
    /// <param name="max">The most times; <see langword="null"/> for any number.</param>
    public static GrammarNode Repeat(GrammarNode item, int min, int? max) => new RepeatNode(item, min, max);

    /// <summary>Matches what an automaton accepts.</summary>
    public static GrammarNode Automaton(ByteAutomaton automaton) => new AutomatonNode(automaton);

    /// <summary>Matches one control token, by the name that the vocabulary gives it.</summary>
    public static GrammarNode Marker(string name) => new MarkerNode(name);
}
