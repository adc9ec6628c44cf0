using System.Text;
using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Tools;

/// <summary>A format whose calls are written as <c>call:name{key:value}</c> with a token of its own around strings.</summary>
internal sealed class QuotedToolFormat(string name, QuotedDialect dialect, ReasoningTags? thinking) : ToolFormat
{
    private readonly ReplySyntax _syntax = new()
    {
        Reasoning = thinking,
        Markers =
        [
            new ReplyMarker(dialect.Open, MarkerEffect.Call) { Reader = _ => new QuotedCallReader(dialect) },
            new ReplyMarker(dialect.Close, MarkerEffect.Drop) { OnlyWithTools = true },
            new ReplyMarker("<start_function_response>", MarkerEffect.Drop) { OnlyWithTools = true },
        ],
    };

    /// <summary>Gets FunctionGemma's form.</summary>
    public static QuotedToolFormat FunctionGemma { get; } =
        new("functiongemma", new("<start_function_call>", "<end_function_call>", "<escape>"), null);

    /// <summary>Gets Gemma 4's form.</summary>
    public static QuotedToolFormat Gemma4 { get; } =
        new(
            "gemma4",
            new("<|tool_call>", "<tool_call|>", "<|\"|>"),
            new("<|channel>thought", "<channel|>") { ClosingText = "\n<channel|>" }
        );

    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override ReasoningTags? Reasoning => thinking;

    /// <inheritdoc/>
    public override ToolFormatEvidence Evidence => ToolFormatEvidence.Documentation;

    /// <inheritdoc/>
    public override ArgumentsForm HistoryArguments => ArgumentsForm.Object;

    /// <inheritdoc/>
    public override IReplyParser CreateParser(ReplyParserInput input) => _syntax.CreateParser(input);

    /// <inheritdoc/>
    public override ToolGrammar BuildGrammar(ToolGrammarInput input)
    {
        var one = GrammarNode.Sequence(new QuotedGrammar(dialect, input).Call(), input.Marker(dialect.Close));
        var further = GrammarNode.Sequence(input.Marker(dialect.Open), one);
        var rest = input.AllowsSeveralCalls ? GrammarNode.Sequence(one, GrammarNode.Repeat(further, 0, null)) : one;
        return new ToolGrammar(
            GrammarNode.Sequence(input.Marker(dialect.Open), rest),
            [new ToolTrigger(dialect.Open, rest)]
        );
    }

    /// <inheritdoc/>
    protected override string WriteCalls(IReadOnlyList<ParsedToolCall> calls)
    {
        var text = new StringBuilder();
        var writer = new QuotedCallWriter(dialect, text);
        foreach (var call in calls)
        {
            writer.Write(call);
        }

        return text.ToString();
    }
}
