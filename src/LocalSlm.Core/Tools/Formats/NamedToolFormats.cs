using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Tools;

/// <summary>The families whose calls are JSON arguments behind a name, or JSON objects with more members than a name.</summary>
internal static class NamedToolFormats
{
    private const string NameThenArguments = "\", \"arguments\": ";
    private const string Blank = JsonCallLayout.BlankMark;
    private const string ToolCalls = "[TOOL_CALLS]";
    private const string Arguments = "[ARGS]";
    private const string CallId = "[CALL_ID]";

    private static readonly NamedCallStyle MistralNamed = new()
    {
        HeaderEnd = Arguments,
        ReadHeader = ReadMistralHeader,
    };

    private static readonly ReasoningTags MistralThink = new("[THINK]", "[/THINK]") { ClosingText = "[/THINK]" };

    // Mistral's templates refuse ids of any other length ("Tool call IDs should be alphanumeric strings with length 9!").
    private static GrammarNode NineLetters() => MarkedText.Matching("^[A-Za-z0-9]{9}$");

    private static bool HasNineLetters(ParsedToolCall call) =>
        call.Id is { Length: 9 } id && id.All(char.IsAsciiLetterOrDigit);

    /// <summary>Gets Mistral's form up to its version 7 tokenizer: a JSON list, with ids of nine letters in some models' calls.</summary>
    public static JsonToolFormat MistralList { get; } =
        new("mistral")
        {
            CallIdLetters = 9,
            Layout = new JsonCallLayout
            {
                BlockOpen = ToolCalls + "[",
                CallOpen = "{\"name\": \"",
                Middle = NameThenArguments,
                CallClose = Blank + "}",
                Separator = ", ",
                BlockClose = "]",
                Markers = [ToolCalls],
                Blank = new(
                    static () =>
                        GrammarNode.Optional(
                            GrammarNode.Sequence(
                                GrammarNode.Text(", \"id\": \""),
                                NineLetters(),
                                GrammarNode.Text("\"")
                            )
                        ),
                    static (call, _) => HasNineLetters(call) ? $", \"id\": \"{call.Id}\"" : ""
                ),
            },
            Beginnings = [new CallBeginning(ToolCalls, "[{\"name\": \"")],
            Syntax = MistralSyntax,
        };

    /// <summary>Gets Mistral's form since its version 11 tokenizer: a name and its arguments.</summary>
    public static JsonToolFormat MistralArguments { get; } =
        new("mistral-args")
        {
            CallIdLetters = 9,
            Layout = new JsonCallLayout
            {
                CallOpen = ToolCalls,
                Middle = Arguments,
                CallClose = "",
                Separator = "",
                Markers = [ToolCalls, Arguments],
            },
            Beginnings = [new CallBeginning(ToolCalls, "")],
            Syntax = MistralSyntax,
        };

    /// <summary>Gets the form of Mistral Small 3.2: a name, an id, the arguments.</summary>
    public static JsonToolFormat MistralCallId { get; } =
        new("mistral-call-id")
        {
            CallIdLetters = 9,
            Layout = new JsonCallLayout
            {
                CallOpen = ToolCalls,
                Middle = CallId + Blank + Arguments,
                CallClose = "",
                Separator = "",
                Markers = [ToolCalls, CallId, Arguments],
                Blank = new(NineLetters, static (call, i) => HasNineLetters(call) ? call.Id! : $"call{i:D5}"),
            },
            Beginnings = [new CallBeginning(ToolCalls, "")],
            Syntax = MistralSyntax,
        };

    /// <summary>Gets the form of DeepSeek V3 and R1: the name on a line, the arguments in a code fence.</summary>
    public static JsonToolFormat DeepSeek { get; } =
        new("deepseek")
        {
            Layout = new JsonCallLayout
            {
                BlockOpen = DeepSeekReader.CallsBegin,
                CallOpen = DeepSeekReader.CallBegin + "function" + DeepSeekReader.Separator,
                Middle = "\n```json\n",
                CallClose = "\n```" + DeepSeekReader.CallEnd,
                Separator = "\n",
                BlockClose = DeepSeekReader.CallsEnd,
                Markers = DeepSeekMarks,
            },
            Beginnings =
            [
                new CallBeginning(
                    DeepSeekReader.CallsBegin,
                    DeepSeekReader.CallBegin + "function" + DeepSeekReader.Separator
                ),
            ],
            Syntax = DeepSeekSyntax,
        };

    /// <summary>Gets the form of DeepSeek V3.1: the name, then the arguments.</summary>
    public static JsonToolFormat DeepSeek31 { get; } =
        new("deepseek-v3.1")
        {
            VerifiedBy = ToolFormatEvidence.Documentation,
            Layout = new JsonCallLayout
            {
                BlockOpen = DeepSeekReader.CallsBegin,
                CallOpen = DeepSeekReader.CallBegin,
                Middle = DeepSeekReader.Separator,
                CallClose = DeepSeekReader.CallEnd,
                Separator = "",
                BlockClose = DeepSeekReader.CallsEnd,
                Markers = DeepSeekMarks,
            },
            Beginnings = [new CallBeginning(DeepSeekReader.CallsBegin, DeepSeekReader.CallBegin)],
            Syntax = DeepSeekSyntax,
        };

    private static string[] DeepSeekMarks =>
        [
            DeepSeekReader.CallsBegin,
            DeepSeekReader.CallBegin,
            DeepSeekReader.Separator,
            DeepSeekReader.CallEnd,
            DeepSeekReader.CallsEnd,
        ];

    private static ReplySyntax MistralSyntax =>
        new()
        {
            Reasoning = MistralThink,
            Markers = [new ReplyMarker(ToolCalls, MarkerEffect.Call) { Reader = CreateMistralReader }],
        };

    // A JSON list of calls (tokenizers up to version 7), or a name, an id in some models, and the arguments.
    private static ChosenReader CreateMistralReader(BlockContext context) =>
        new(
            first =>
                first is '[' or '{'
                    ? new JsonCallReader(new JsonCallStyle(), context)
                    : new NamedCallReader(MistralNamed, context),
            BlockState.Closed
        );

    private static CallHeader? ReadMistralHeader(string text)
    {
        var mark = text.IndexOf(CallId, StringComparison.Ordinal);
        return mark < 0 ? new CallHeader(text) : new CallHeader(text[..mark], text[(mark + CallId.Length)..]);
    }

    private static ReplySyntax DeepSeekSyntax =>
        new()
        {
            Reasoning = ReasoningTags.Think,
            Markers =
            [
                new ReplyMarker(DeepSeekReader.CallsBegin, MarkerEffect.Drop) { OnlyWithTools = true },
                new ReplyMarker(DeepSeekReader.CallBegin, MarkerEffect.Call)
                {
                    Reader = static c => new DeepSeekReader(c),
                },
                new ReplyMarker(DeepSeekReader.CallEnd, MarkerEffect.Drop) { OnlyWithTools = true },
                new ReplyMarker(DeepSeekReader.CallsEnd, MarkerEffect.Drop) { OnlyWithTools = true },
            ],
        };
}
