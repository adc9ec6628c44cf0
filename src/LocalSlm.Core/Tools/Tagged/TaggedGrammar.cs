using System.Text.Json;
using LocalSlm.Constraints.Grammar;
using LocalSlm.Constraints.Regular;

namespace LocalSlm.Tools;

/// <summary>Builds the grammar of calls whose arguments stand apart between tags. Strings are plain text up to the closing tag; what a
/// schema says about them is held to by automata, all other values by the grammar of JSON.</summary>
internal sealed class TaggedGrammar(TaggedDialect dialect, ToolGrammarInput input)
{
    // No value may hold its own closing tag: the parser might take that for the value's end.
    private readonly CharAutomaton _open = CharAutomaton
        .FromPattern(LiteralPattern.Of(dialect.ValueClose))
        .Complement();

    /// <summary>Gets what stands between the block's mark and the first call's.</summary>
    public GrammarNode BlockSpace { get; } = GrammarNode.Text(dialect.BlockSpace);

    /// <summary>Builds one call, from its name to its end, without the block's marks.</summary>
    public GrammarNode Call()
    {
        var options = new List<GrammarNode>();
        foreach (var tool in input.Tools)
        {
            options.Add(GrammarNode.Sequence(Tags(tool.Name + dialect.FunctionOpenEnd), Arguments(tool)));
        }

        return GrammarNode.Choice(options);
    }

    /// <summary>Builds text with the format's own tags.</summary>
    public GrammarNode Tags(string text) => MarkedText.ToNode(text, dialect.Markers, input);

    private GrammarNode Arguments(ToolDescription tool) =>
        GrammarNode.Sequence(
            GrammarNode.Text(dialect.TagSpace),
            ArgumentOrder.OfTool(tool, GrammarNode.Empty, Argument),
            Tags(dialect.BehindArguments)
        );

    private GrammarNode Argument(string name, ArgumentSchema schema)
    {
        if (!dialect.TellsStrings)
        {
            return Argument(name, isString: false, Value(schema, schema.Kinds));
        }

        // An attribute tells the two apart, so each is written under its own.
        var kinds = schema.Kinds;
        var options = new List<GrammarNode>();
        if (kinds.HasFlag(JsonKinds.String))
        {
            options.Add(Argument(name, isString: true, Value(schema, JsonKinds.String)));
        }

        if ((kinds & ~JsonKinds.String) != 0)
        {
            options.Add(Argument(name, isString: false, Value(schema, kinds & ~JsonKinds.String)));
        }

        return GrammarNode.Choice(options);
    }

    private GrammarNode Argument(string name, bool isString, GrammarNode value) =>
        GrammarNode.Sequence(Tags(dialect.BeforeValue(name, isString)), value, Tags(dialect.BehindValue));

    private GrammarNode Value(ArgumentSchema schema, JsonKinds kinds)
    {
        if (!kinds.HasFlag(JsonKinds.String))
        {
            return schema.ToJson(input, kinds);
        }

        schema = schema.Resolved();
        var listed = schema.Member("enum", JsonValueKind.Array) is { } values ? values.EnumerateArray().ToList() : null;
        if (schema.Schema.ValueKind == JsonValueKind.Object && schema.Schema.TryGetProperty("const", out var single))
        {
            listed = [single];
        }

        if (listed is not null)
        {
            return GrammarNode.Choice(listed.Where(v => (kinds & KindOf(v)) != 0).Select(Written).ToList());
        }

        if (
            (schema.Member("anyOf", JsonValueKind.Array) ?? schema.Member("oneOf", JsonValueKind.Array)) is { } branches
        )
        {
            return Branches(schema, branches, kinds);
        }

        var language = StringSchema.Language(schema);
        var text = GrammarNode.Automaton(language.Intersect(_open).ToUtf8());

        // Any text at all covers the other kinds too; a text that is held to something does not.
        return kinds == JsonKinds.String || ReferenceEquals(language, CharAutomaton.Any)
            ? text
            : GrammarNode.Choice(text, schema.ToJson(input, kinds & ~JsonKinds.String));
    }

    private GrammarNode Branches(ArgumentSchema schema, JsonElement branches, JsonKinds kinds)
    {
        if (!schema.HasOnly("anyOf", "oneOf", "type", "nullable"))
        {
            throw new UnsupportedSchemaException(
                "",
                "anyOf",
                "beside it stand keywords that a string written as plain text cannot be held to. Choose another tool format."
            );
        }

        var options = new List<GrammarNode>();
        foreach (var branch in branches.EnumerateArray())
        {
            var option = schema with { Schema = branch };
            var allowed = option.Kinds & kinds;
            if (allowed != 0)
            {
                options.Add(Value(option, allowed));
            }
        }

        return GrammarNode.Choice(options);
    }

    private static JsonKinds KindOf(JsonElement value) => JsonValues.KindOf(value.GetRawText());

    private GrammarNode Written(JsonElement value) =>
        value.ValueKind != JsonValueKind.String ? GrammarNode.Text(value.GetRawText())
        : _open.Accepts(value.GetString()!) ? GrammarNode.Text(value.GetString()!)
        : throw new UnsupportedSchemaException(
            "",
            "enum",
            $"the value '{value.GetString()}' holds the format's own tag."
        );
}
