using LocalSlm.Constraints.Grammar;
using LocalSlm.Constraints.Regular;

namespace LocalSlm.Tools;

/// <summary>Builds the grammar of calls such as <c>call:get_weather{city:&lt;escape&gt;Paris&lt;escape&gt;}</c>. A string is plain text
/// between two quote tokens; what a schema says about it is held to by automata.</summary>
internal sealed class QuotedGrammar(QuotedDialect dialect, ToolGrammarInput input) : LiteralGrammar(input)
{
    // No text may hold the quote that ends it, nor the mark that ends the call, wherever that stands.
    private readonly CharAutomaton _open = CharAutomaton
        .FromPattern($"{LiteralPattern.Of(dialect.Quote)}|{LiteralPattern.Of(dialect.Close)}")
        .Complement();

    /// <inheritdoc/>
    protected override GrammarNode AnyText => Between(GrammarNode.Automaton(_open.ToUtf8()));

    /// <inheritdoc/>
    protected override GrammarNode AnyKey => MarkedText.Matching("""^[^\u0000-\u0020:,<"{}\[\]]+$""");

    /// <summary>Builds one call, from the mark before its name to its last bracket.</summary>
    public GrammarNode Call() =>
        GrammarNode.Sequence(
            GrammarNode.Text(QuotedDialect.Call),
            GrammarNode.Choice(Input.Tools.Select(Call).ToList())
        );

    /// <inheritdoc/>
    protected override GrammarNode Boolean(bool? value) =>
        value is { } one ? GrammarNode.Text(one ? "true" : "false") : OneOf("true", "false");

    /// <inheritdoc/>
    protected override GrammarNode Text(ArgumentSchema schema) =>
        Between(GrammarNode.Automaton(StringSchema.Language(schema).Intersect(_open).ToUtf8()));

    /// <inheritdoc/>
    protected override GrammarNode Text(string text) =>
        _open.Accepts(text)
            ? Between(GrammarNode.Text(text))
            : throw new UnsupportedSchemaException(
                "",
                "enum",
                $"the value '{text}' holds the format's own quote or mark."
            );

    /// <inheritdoc/>
    protected override GrammarNode Key(string text) => GrammarNode.Text(text);

    private GrammarNode Call(ToolDescription tool) =>
        GrammarNode.Sequence(
            GrammarNode.Text($"{tool.Name}{{"),
            ArgumentOrder.OfTool(
                tool,
                Comma,
                (name, schema) => GrammarNode.Sequence(GrammarNode.Text($"{name}:"), Value(schema))
            ),
            GrammarNode.Text("}")
        );

    private GrammarNode Between(GrammarNode text) =>
        GrammarNode.Sequence(Input.Marker(dialect.Quote), text, Input.Marker(dialect.Quote));
}
