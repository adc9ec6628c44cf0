using LocalSlm.Constraints.Grammar;
using LocalSlm.Constraints.Regular;

namespace LocalSlm.Tools;

/// <summary>The harmony format of GPT-OSS: a reply is several messages, each on a channel; a message with a recipient is a call
/// (OpenAI's harmony response format, 2025).</summary>
internal sealed class HarmonyToolFormat : ToolFormat
{
    private const string Functions = "functions.";
    private const string Json = "json";

    private static readonly ReplySyntax Syntax = new()
    {
        Beginning = HarmonyReader.AtBeginning,
        Markers =
        [
            // In text, the end of a message is nothing; in thinking, it ends that.
            new ReplyMarker(HarmonyReader.EndOfMessage, MarkerEffect.Drop),
            new ReplyMarker(HarmonyReader.EndOfMessage, MarkerEffect.EndReasoning) { InReasoning = true },
            new ReplyMarker(HarmonyReader.EndOfCall, MarkerEffect.Drop) { InReasoning = true },
            new ReplyMarker("<|return|>", MarkerEffect.Drop) { InReasoning = true },
            new ReplyMarker(HarmonyReader.Start, MarkerEffect.Header)
            {
                InReasoning = true,
                Reader = static c => new HarmonyReader(c),
            },
            new ReplyMarker(HarmonyReader.Channel, MarkerEffect.Header)
            {
                InReasoning = true,
                Overlap = HarmonyReader.Channel.Length,
                Reader = static c => new HarmonyReader(c),
            },
        ],
    };

    // Thinking may hold anything but what begins a token's name.
    private static GrammarNode Thinking() =>
        GrammarNode.Automaton(CharAutomaton.FromPattern("<\\|").Complement().ToUtf8());

    private static readonly string[] Markers =
    [
        HarmonyReader.Start,
        HarmonyReader.Channel,
        HarmonyReader.Constrain,
        HarmonyReader.Message,
        HarmonyReader.EndOfMessage,
    ];

    /// <inheritdoc/>
    public override string Name => "harmony";

    /// <inheritdoc/>
    public override ToolFormatEvidence Evidence => ToolFormatEvidence.Documentation;

    /// <inheritdoc/>
    public override ArgumentsForm HistoryArguments => ArgumentsForm.Object;

    /// <inheritdoc/>
    public override bool AlwaysParses => true;

    /// <inheritdoc/>
    public override GrammarNode BuildAnswer(GrammarNode answer, Func<string, GrammarNode> marker) =>
        GrammarNode.Sequence(
            GrammarNode.Optional(
                GrammarNode.Sequence(
                    marker(HarmonyReader.Channel),
                    GrammarNode.Text("analysis"),
                    marker(HarmonyReader.Message),
                    Thinking(),
                    marker(HarmonyReader.EndOfMessage),
                    marker(HarmonyReader.Start),
                    GrammarNode.Text("assistant")
                )
            ),
            marker(HarmonyReader.Channel),
            GrammarNode.Text("final"),
            marker(HarmonyReader.Message),
            answer
        );

    /// <inheritdoc/>
    public override IReplyParser CreateParser(ReplyParserInput input) => Syntax.CreateParser(input);

    /// <inheritdoc/>
    /// <remarks>Thinking is a message of its own here, so the grammar of a reply that must call lets one stand before the call. The token
    /// that ends a call ends the reply: models of this family make one call at a time.</remarks>
    public override ToolGrammar BuildGrammar(ToolGrammarInput input)
    {
        var calls = GrammarNode.Choice(
            input
                .Tools.Select(t =>
                    GrammarNode.Sequence(
                        Text($"{t.Name} {HarmonyReader.Constrain}{Json}{HarmonyReader.Message}", input),
                        input.JsonArguments(t)
                    )
                )
                .ToList()
        );
        var afterRole = GrammarNode.Choice(
            input
                .Tools.Select(t =>
                    GrammarNode.Sequence(
                        Text($"{t.Name}{HarmonyReader.Channel}commentary ", input),
                        GrammarNode.Choice(Text(Json, input), Text(HarmonyReader.Constrain + Json, input)),
                        Text(HarmonyReader.Message, input),
                        input.JsonArguments(t)
                    )
                )
                .ToList()
        );
        const string InChannel = HarmonyReader.Channel + "commentary to=" + Functions;
        const string InRole = " to=" + Functions;
        var thinking = GrammarNode.Sequence(
            Text(HarmonyReader.Channel + "analysis" + HarmonyReader.Message, input),
            Thinking(),
            Text(HarmonyReader.EndOfMessage + HarmonyReader.Start + "assistant", input)
        );
        var call = GrammarNode.Choice(
            GrammarNode.Sequence(Text(InChannel, input), calls),
            GrammarNode.Sequence(Text(InRole, input), afterRole)
        );
        return new ToolGrammar(
            GrammarNode.Sequence(GrammarNode.Optional(thinking), call),
            [
                new ToolTrigger(InChannel, calls),
                new ToolTrigger(HarmonyReader.Channel + "analysis to=" + Functions, calls),
                new ToolTrigger(HarmonyReader.Start + "assistant" + InRole, afterRole),
                new ToolTrigger(InRole, afterRole, AtStart: true),
            ]
        );
    }

    /// <inheritdoc/>
    protected override string WriteCalls(IReadOnlyList<ParsedToolCall> calls) =>
        string.Join(
            HarmonyReader.Start + "assistant",
            calls.Select(static c =>
                $"{HarmonyReader.Channel}commentary to={Functions}{c.Name} {HarmonyReader.Constrain}{Json}"
                + $"{HarmonyReader.Message}{c.Arguments}{HarmonyReader.EndOfCall}"
            )
        );

    private static GrammarNode Text(string text, ToolGrammarInput input) => MarkedText.ToNode(text, Markers, input);
}
