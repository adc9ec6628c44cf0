using System.Text.Json;
using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Tools;

/// <summary>A format whose calls are JSON objects with a name and arguments, between markers or bare.</summary>
internal sealed class JsonToolFormat(string name) : ToolFormat
{
    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override ReasoningTags? Reasoning => Syntax.Reasoning;

    /// <inheritdoc/>
    public override bool ReadsControlTokens => Layout.Markers.Count > 0;

    /// <inheritdoc/>
    public override ArgumentsForm HistoryArguments => ArgumentsInHistory;

    /// <summary>Gets the form of arguments in the history.</summary>
    public ArgumentsForm ArgumentsInHistory { get; init; }

    /// <inheritdoc/>
    public override int? CallIdLength => CallIdLetters;

    /// <summary>Gets the letters of ids that the family insists on.</summary>
    public int? CallIdLetters { get; init; }

    /// <inheritdoc/>
    public override ToolFormatEvidence Evidence => VerifiedBy;

    /// <summary>Gets how the format was verified.</summary>
    public ToolFormatEvidence VerifiedBy { get; init; }

    /// <summary>Gets how replies are read.</summary>
    public required ReplySyntax Syntax { get; init; }

    /// <summary>Gets how calls are written.</summary>
    public required JsonCallLayout Layout { get; init; }

    private IReadOnlyList<string> Markers => [.. Layout.Markers, JsonCallLayout.BlankMark];

    /// <summary>Gets the texts by which a model begins a call of its own accord.</summary>
    public required IReadOnlyList<CallBeginning> Beginnings { get; init; }

    /// <inheritdoc/>
    public override IReplyParser CreateParser(ReplyParserInput input) => Syntax.CreateParser(input);

    /// <inheritdoc/>
    public override ToolGrammar BuildGrammar(ToolGrammarInput input)
    {
        if (Layout.Blank is { } blank)
        {
            var marker = input.Marker;
            input = input with { Marker = text => text == JsonCallLayout.BlankMark ? blank.Grammar() : marker(text) };
        }

        var tail = BuildTail(input);
        string open = Layout.BlockOpen + Layout.CallOpen;
        var triggers = Beginnings
            .Select(b => new ToolTrigger(
                b.Trigger,
                GrammarNode.Sequence(MarkedText.ToNode(b.Rest, Markers, input), tail),
                b.AtStart
            ))
            .ToList();
        return new ToolGrammar(GrammarNode.Sequence(MarkedText.ToNode(open, Markers, input), tail), triggers);
    }

    /// <inheritdoc/>
    /// <remarks>Where the prompt itself ends with what begins the first call, the history has to hold it.</remarks>
    protected override string WriteCalls(IReadOnlyList<ParsedToolCall> calls) =>
        (Layout.BlockOpen.Length + Layout.CallOpen.Length == 0 ? Beginnings[0].Trigger : "") + Layout.Write(calls);

    /// <summary>What follows the opening of the first call.</summary>
    private SequenceNode BuildTail(ToolGrammarInput input)
    {
        var rest = GrammarNode.Choice([.. input.Tools.Select(tool => Rest(tool, input))]);
        var items = new List<GrammarNode> { rest };
        if (input.AllowsSeveralCalls && Layout.Separator is { } separator)
        {
            var next = MarkedText.ToNode(separator + Layout.CallOpen, Markers, input);
            items.Add(GrammarNode.Repeat(GrammarNode.Sequence(next, rest), 0, null));
        }

        items.Add(MarkedText.ToNode(Layout.BlockClose, Markers, input));
        return new SequenceNode(items);
    }

    private GrammarNode Rest(ToolDescription tool, ToolGrammarInput input) =>
        GrammarNode.Sequence(
            GrammarNode.Text(JsonEncodedText.Encode(tool.Name).ToString()),
            MarkedText.ToNode(Layout.Middle, Markers, input),
            input.JsonArguments(tool),
            MarkedText.ToNode(Layout.CallClose, Markers, input)
        );
}
