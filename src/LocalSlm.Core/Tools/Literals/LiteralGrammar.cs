using System.Text.Json;
using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Tools;

/// <summary>Builds the grammar of values in a notation that is like JSON and is not: Python's, or one with quotes of its own. Values whose
/// schema says more than their shape are written as JSON, which the parsers of these notations read as well.</summary>
internal abstract class LiteralGrammar(ToolGrammarInput input)
{
    private static readonly JsonElement AnyNumber = JsonDocument.Parse("""{"type":"number"}""").RootElement;

    private static readonly JsonKinds[] Kinds =
    [
        JsonKinds.String,
        JsonKinds.Number,
        JsonKinds.Boolean,
        JsonKinds.Null,
        JsonKinds.Array,
        JsonKinds.Object,
    ];

    private RuleNode? _anyValue;

    /// <summary>Gets what the grammar is built from.</summary>
    protected ToolGrammarInput Input { get; } = input;

    /// <summary>Gets the strings.</summary>
    protected abstract GrammarNode AnyText { get; }

    /// <summary>Gets the keys of an object.</summary>
    protected abstract GrammarNode AnyKey { get; }

    /// <summary>Gets the ways to write a boolean.</summary>
    protected abstract GrammarNode Boolean(bool? value = null);

    /// <summary>Gets what stands between two items.</summary>
    protected static GrammarNode Comma { get; } =
        GrammarNode.Sequence(GrammarNode.Text(","), GrammarNode.Optional(GrammarNode.Text(" ")));

    /// <summary>Gets the strings that a schema allows.</summary>
    protected abstract GrammarNode Text(ArgumentSchema schema);

    /// <summary>Gets the ways to write one string.</summary>
    protected abstract GrammarNode Text(string text);

    /// <summary>Gets the ways to write one key.</summary>
    protected abstract GrammarNode Key(string text);

    /// <summary>Gets any one of some texts.</summary>
    protected static GrammarNode OneOf(params IReadOnlyList<string> texts) =>
        GrammarNode.Choice(texts.Select(GrammarNode.Text).ToList());

    /// <summary>Builds the values that a schema allows.</summary>
    protected GrammarNode Value(ArgumentSchema schema)
    {
        var kinds = schema.Kinds;
        if (schema.HasOnly())
        {
            return AnyValue();
        }

        if (schema.HasOnly("type", "enum", "nullable") && schema.Member("enum", JsonValueKind.Array) is { } listed)
        {
            return GrammarNode.Choice(
                listed
                    .EnumerateArray()
                    .Where(v => (kinds & JsonValues.KindOf(v.GetRawText())) != 0)
                    .Select(Literal)
                    .ToList()
            );
        }

        if (schema.HasOnly("type", "const", "nullable") && schema.Schema.TryGetProperty("const", out var single))
        {
            return Literal(single);
        }

        if (schema.HasOnly("anyOf") && schema.Member("anyOf", JsonValueKind.Array) is { } branches)
        {
            return GrammarNode.Choice(
                branches.EnumerateArray().Select(b => Value(schema with { Schema = b })).ToList()
            );
        }

        if (schema.Schema.ValueKind != JsonValueKind.Object || !schema.Schema.TryGetProperty("type", out _))
        {
            return schema.ToJson(Input, kinds);
        }

        return GrammarNode.Choice(Kinds.Where(k => (kinds & k) != 0).Select(k => OfKind(schema, kinds & k)).ToList());
    }

    /// <summary>Builds a list of items.</summary>
    protected static GrammarNode Listed(GrammarNode item, int min, int? max)
    {
        if (max == 0)
        {
            return GrammarNode.Empty;
        }

        var some = GrammarNode.Sequence(
            item,
            GrammarNode.Repeat(GrammarNode.Sequence(Comma, item), Math.Max(0, min - 1), max - 1)
        );
        return min > 0 ? some : GrammarNode.Optional(some);
    }

    private GrammarNode OfKind(ArgumentSchema schema, JsonKinds kind) =>
        kind switch
        {
            JsonKinds.String when schema.HasOnly("type", "nullable", "items", "properties") => AnyText,
            JsonKinds.String => Text(schema),
            JsonKinds.Boolean when schema.HasOnly("type", "nullable") => Boolean(),
            JsonKinds.Null => Null(),
            JsonKinds.Array when schema.HasOnly("type", "nullable", "items", "minItems", "maxItems") => List(schema),
            JsonKinds.Object
                when schema.HasOnly("type", "nullable", "properties", "required", "additionalProperties") => Dictionary(
                schema
            ),
            _ => schema.ToJson(Input, kind),
        };

    private GrammarNode List(ArgumentSchema schema)
    {
        var min =
            schema.Member("minItems", JsonValueKind.Number) is { } least && least.TryGetInt32(out var few) ? few : 0;
        var max =
            schema.Member("maxItems", JsonValueKind.Number) is { } most && most.TryGetInt32(out var many)
                ? many
                : (int?)null;
        var item = schema.Schema.TryGetProperty("items", out var items)
            ? Value(schema with { Schema = items })
            : AnyValue();
        return max < min ? GrammarNode.Never : Within("[", Listed(item, min, max), "]");
    }

    // Beside what it declares, an object may have other properties unless its schema says no; the grammar lets the model write those only
    // where none is declared.
    private GrammarNode Dictionary(ArgumentSchema schema)
    {
        var items = new List<(GrammarNode, bool)>();
        foreach (var (name, property, isRequired) in ArgumentSchema.OfObject(schema))
        {
            items.Add((Entry(Key(name), Value(property)), isRequired));
        }

        if (items.Count > 0)
        {
            return Within("{", ArgumentOrder.Build(items, Comma), "}");
        }

        if (
            !schema.Schema.TryGetProperty("additionalProperties", out var further)
            || further.ValueKind == JsonValueKind.True
        )
        {
            return Within("{", Listed(Entry(AnyKey, AnyValue()), 0, null), "}");
        }

        return further.ValueKind == JsonValueKind.False
            ? GrammarNode.Text("{}")
            : Within("{", Listed(Entry(AnyKey, Value(schema with { Schema = further })), 0, null), "}");
    }

    private RuleNode AnyValue()
    {
        if (_anyValue is { } known)
        {
            return known;
        }

        var any = new RuleNode("literal");
        _anyValue = any;
        any.Body = GrammarNode.Choice(
            AnyText,
            Input.JsonValue(AnyNumber),
            Boolean(),
            Null(),
            Within("[", Listed(any, 0, null), "]"),
            Within("{", Listed(Entry(AnyKey, any), 0, null), "}")
        );
        return any;
    }

    // Lists and objects among the values of an enumeration stand there as JSON.
    private GrammarNode Literal(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => Text(value.GetString()!),
            JsonValueKind.True => Boolean(true),
            JsonValueKind.False => Boolean(false),
            JsonValueKind.Null => Null(),
            _ => GrammarNode.Text(value.GetRawText()),
        };

    private static GrammarNode Null() => OneOf("None", "null");

    private static GrammarNode Within(string open, GrammarNode content, string close) =>
        GrammarNode.Sequence(GrammarNode.Text(open), content, GrammarNode.Text(close));

    private static GrammarNode Entry(GrammarNode key, GrammarNode value) =>
        GrammarNode.Sequence(key, GrammarNode.Text(":"), GrammarNode.Optional(GrammarNode.Text(" ")), value);
}
