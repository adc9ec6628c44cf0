using System.Text.Json;
using LocalSlm.Constraints.Grammar;
using LocalSlm.Constraints.Regular;

namespace LocalSlm.Tools;

/// <summary>Builds the grammar of a list of calls as Python writes them. Booleans and null take Python's form as well as JSON's, strings
/// JSON's or single quotes; strings with constraints are JSON's, which are Python's too.</summary>
internal sealed class PythonicGrammar(ToolGrammarInput input) : LiteralGrammar(input)
{
    private static readonly JsonElement AnyString = JsonDocument.Parse("""{"type":"string"}""").RootElement;

    // What LFM2.5's template writes between single quotes: anything, apostrophes within words included. Backslashes escape what Python and
    // JSON both know.
    private static readonly Lazy<GrammarNode> SingleQuoted = new(static () =>
        GrammarNode.Sequence(
            GrammarNode.Text("'"),
            GrammarNode.Automaton(
                CharAutomaton
                    .FromPattern(
                        """^(?:[^'\\\u0000-\u001f]|\\['"\\nrtbf]|\\u(?:[0-9a-c][0-9a-f]{3}|d[0-7][0-9a-f]{2}|[ef][0-9a-f]{3})|'[A-Za-z])*$"""
                    )
                    .ToUtf8()
            ),
            GrammarNode.Text("'")
        )
    );

    private GrammarNode? _anyText;

    /// <inheritdoc/>
    protected override GrammarNode AnyText =>
        _anyText ??= GrammarNode.Choice(Input.JsonValue(AnyString), SingleQuoted.Value);

    /// <inheritdoc/>
    protected override GrammarNode AnyKey => AnyText;

    /// <summary>Builds the calls and the bracket behind them.</summary>
    public GrammarNode Calls() => WithFurther(Call());

    /// <summary>Builds the calls and the bracket behind them, from the first argument of the first call on.</summary>
    /// <param name="tool">The tool of the first call.</param>
    public GrammarNode CallsFrom(ToolDescription tool) => WithFurther(Arguments(tool));

    /// <inheritdoc/>
    protected override GrammarNode Boolean(bool? value) =>
        value switch
        {
            true => OneOf("True", "true"),
            false => OneOf("False", "false"),
            null => OneOf("True", "False", "true", "false"),
        };

    /// <inheritdoc/>
    protected override GrammarNode Text(ArgumentSchema schema) => schema.ToJson(Input, JsonKinds.String);

    /// <inheritdoc/>
    protected override GrammarNode Text(string text)
    {
        var python = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal);
        return text.Any(char.IsControl)
            ? GrammarNode.Text(PlainJson.Quote(text))
            : OneOf(PlainJson.Quote(text), $"'{python}'");
    }

    /// <inheritdoc/>
    protected override GrammarNode Key(string text) => Text(text);

    private GrammarNode Call() =>
        GrammarNode.Choice(
            Input.Tools.Select(t => GrammarNode.Sequence(GrammarNode.Text($"{t.Name}("), Arguments(t))).ToList()
        );

    private SequenceNode WithFurther(GrammarNode first) =>
        new([
            first,
            Input.AllowsSeveralCalls
                ? GrammarNode.Repeat(GrammarNode.Sequence(Comma, Call()), 0, null)
                : GrammarNode.Empty,
            GrammarNode.Text("]"),
        ]);

    private GrammarNode Arguments(ToolDescription tool) =>
        GrammarNode.Sequence(
            ArgumentOrder.OfTool(
                tool,
                Comma,
                (name, schema) =>
                    PythonicSyntax.NameLength(name) == name.Length
                        ? GrammarNode.Sequence(GrammarNode.Text($"{name}="), Value(schema))
                        : throw new UnsupportedSchemaException(
                            "",
                            keyword: null,
                            "the argument's name is none in Python, which this tool format needs. Rename it, or choose another format."
                        )
            ),
            GrammarNode.Text(")")
        );
}
