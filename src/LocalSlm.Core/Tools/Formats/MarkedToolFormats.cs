namespace LocalSlm.Tools;

/// <summary>Further families whose calls are JSON between marks of their own, and the list of all that stand in this folder beside
/// <see cref="JsonToolFormats"/>.</summary>
internal static class MarkedToolFormats
{
    private const string Blank = JsonCallLayout.BlankMark;
    private const string NameThenParameters = "\", \"parameters\": ";
    private const string StartAction = "<|START_ACTION|>";
    private const string EndAction = "<|END_ACTION|>";
    private const string ToolCall = "<TOOLCALL>";
    private const string ToolCallEnd = "</TOOLCALL>";
    private const string KimiCall = "<|tool_call_begin|>";
    private const string KimiArguments = "<|tool_call_argument_begin|>";
    private const string KimiCallEnd = "<|tool_call_end|>";
    private const string KimiSection = "<|tool_calls_section_begin|>";
    private const string KimiSectionEnd = "<|tool_calls_section_end|>";
    private const string Function = "<function=";
    private const string FunctionEnd = "</function>";
    private const string PythonTag = "<|python_tag|>";

    private static readonly NamedCallStyle KimiStyle = new()
    {
        HeaderEnd = KimiArguments,
        End = KimiCallEnd,
        ReadHeader = ReadKimiHeader,
    };

    private static readonly NamedCallStyle FunctionStyle = new()
    {
        HeaderEnd = ">",
        End = FunctionEnd,
        IsCertain = false,
    };

    private static readonly LayoutBlank Number = new(
        static () => MarkedText.Matching("^(?:0|[1-9][0-9]{0,3})$"),
        static (_, index) => $"{index}"
    );

    private static readonly NamedCallStyle CodeStyle = new() { HeaderEnd = "", PlainArgument = "code" };

    /// <summary>Gets the form of Command R7B: numbered calls in a list.</summary>
    public static JsonToolFormat CommandR7B { get; } =
        new("command-r7b")
        {
            Layout = new JsonCallLayout
            {
                BlockOpen = StartAction + "[\n    ",
                CallOpen = $"{{\"tool_call_id\": \"{Blank}\", \"tool_name\": \"",
                Middle = NameThenParameters,
                CallClose = "}",
                Separator = ",\n    ",
                BlockClose = "\n]" + EndAction,
                Markers = [StartAction, EndAction],
                Blank = Number,
            },
            Beginnings = [new CallBeginning(StartAction, $"[\n    {{\"tool_call_id\": \"{Blank}\", \"tool_name\": \"")],
            Syntax = new ReplySyntax
            {
                Reasoning = new("<|START_THINKING|>", "<|END_THINKING|>") { ClosingText = "<|END_THINKING|>" },
                Markers =
                [
                    new ReplyMarker(StartAction, MarkerEffect.Call)
                    {
                        Reader = static c => new JsonCallReader(new JsonCallStyle { End = EndAction }, c),
                    },
                    .. Dropped("<|START_RESPONSE|>", "<|END_RESPONSE|>", "<|START_TEXT|>", "<|END_TEXT|>"),
                    .. Dropped("<|CHATBOT_TOKEN|>", "<|END_OF_TURN_TOKEN|>"),
                ],
            },
        };

    /// <summary>Gets the form of Command R and R+: a word, then a list in a code fence.</summary>
    public static JsonToolFormat CommandR { get; } =
        new("command-r")
        {
            Layout = new JsonCallLayout
            {
                BlockOpen = $"Action:\n```json\n[{Blank}",
                CallOpen = $"{{{Blank}\"tool_name\": \"",
                Middle = $"\",{Blank}\"parameters\": ",
                CallClose = $"{Blank}}}",
                Separator = $",{Blank}",
                BlockClose = $"{Blank}]{Blank}```",
                Blank = new(static () => MarkedText.Matching("^[ \\n]{0,16}$"), static (_, _) => ""),
            },
            Beginnings = [new CallBeginning("Action:\n```json\n[", $"{Blank}{{{Blank}\"tool_name\": \"")],
            Syntax = new ReplySyntax
            {
                Markers =
                [
                    new ReplyMarker("Action:", MarkerEffect.Call)
                    {
                        Reader = static c => new JsonCallReader(
                            new JsonCallStyle { End = "```", IsCertain = false },
                            c
                        ),
                    },
                    .. Dropped("<|START_OF_TURN_TOKEN|>", "<|CHATBOT_TOKEN|>", "<|END_OF_TURN_TOKEN|>"),
                ],
            },
        };

    /// <summary>Gets the form of FireFunction v2: a word, then a list.</summary>
    public static JsonToolFormat FireFunction { get; } =
        new("firefunction")
        {
            Layout = new JsonCallLayout
            {
                BlockOpen = " functools[",
                CallOpen = "{\"name\": \"",
                Middle = "\", \"arguments\": ",
                CallClose = "}",
                Separator = ", ",
                BlockClose = "]",
            },
            Beginnings = [new CallBeginning("functools[", "{\"name\": \"")],
            Syntax = new ReplySyntax
            {
                Markers =
                [
                    new ReplyMarker("functools[", MarkerEffect.Call)
                    {
                        Overlap = 1,
                        Reader = static c => new JsonCallReader(new JsonCallStyle { IsCertain = false }, c),
                    },
                ],
            },
        };

    /// <summary>Gets the form of Nemotron Nano v2: a list between tags.</summary>
    public static JsonToolFormat NemotronNano2 { get; } =
        new("nemotron-v2")
        {
            Layout = new JsonCallLayout
            {
                BlockOpen = ToolCall + "[",
                CallOpen = "{\"name\": \"",
                Middle = "\", \"arguments\": ",
                CallClose = "}",
                Separator = ", ",
                BlockClose = "]" + ToolCallEnd,
                Markers = [ToolCall, ToolCallEnd],
            },
            Beginnings = [new CallBeginning(ToolCall, "[{\"name\": \"")],
            Syntax = new ReplySyntax
            {
                Reasoning = ReasoningTags.Think,
                Markers =
                [
                    new ReplyMarker(ToolCall, MarkerEffect.Call)
                    {
                        InReasoning = true,
                        Reader = static c => new JsonCallReader(new JsonCallStyle { End = ToolCallEnd }, c),
                    },
                    .. Dropped(ToolCallEnd),
                ],
            },
        };

    /// <summary>Gets the form of Kimi K2: the id holds the name.</summary>
    public static JsonToolFormat Kimi { get; } =
        new("kimi-k2")
        {
            VerifiedBy = ToolFormatEvidence.Documentation,
            Layout = new JsonCallLayout
            {
                BlockOpen = KimiSection,
                CallOpen = KimiCall + "functions.",
                Middle = $":{Blank}{KimiArguments}",
                CallClose = KimiCallEnd,
                Separator = "",
                BlockClose = KimiSectionEnd,
                Markers = [KimiSection, KimiCall, KimiArguments, KimiCallEnd, KimiSectionEnd],
                Blank = Number,
            },
            Beginnings = [new CallBeginning(KimiSection, KimiCall + "functions.")],
            Syntax = new ReplySyntax
            {
                Reasoning = ReasoningTags.Think,
                Markers =
                [
                    new ReplyMarker(KimiCall, MarkerEffect.Call)
                    {
                        // Kimi K2 Thinking is known to call without closing its thinking.
                        InReasoning = true,
                        Reader = static c => new NamedCallReader(KimiStyle, c),
                    },
                    new ReplyMarker(KimiSection, MarkerEffect.Drop) { OnlyWithTools = true, InReasoning = true },
                    .. Dropped(KimiCallEnd, KimiSectionEnd),
                ],
            },
        };

    /// <summary>Gets the form of functionary v3.1: the name in a tag; code behind a control token.</summary>
    public static JsonToolFormat Functionary31 { get; } =
        new("functionary-v3.1")
        {
            Layout = new JsonCallLayout
            {
                CallOpen = Function,
                Middle = ">",
                CallClose = FunctionEnd,
                Separator = "",
                Markers = [PythonTag],
            },
            Beginnings = [new CallBeginning(Function, "")],
            Syntax = new ReplySyntax
            {
                Markers =
                [
                    new ReplyMarker(Function, MarkerEffect.Call)
                    {
                        Reader = static c => new NamedCallReader(FunctionStyle, c),
                    },
                    new ReplyMarker(PythonTag, MarkerEffect.Call)
                    {
                        Reader = static c => new NamedCallReader(CodeStyle, c, new CallHeader("python")),
                    },
                ],
            },
        };

    /// <summary>Gets the form of functionary v3.2: who is spoken to stands on a line of its own.</summary>
    public static JsonToolFormat Functionary32 { get; } =
        new("functionary-v3.2")
        {
            ArgumentsInHistory = ArgumentsForm.Text,
            Layout = new JsonCallLayout
            {
                CallOpen = "",
                Middle = "\n",
                CallClose = "",
                Separator = RecipientReader.Mark,
            },
            Beginnings = [new CallBeginning(RecipientReader.Mark, "")],
            Syntax = new ReplySyntax
            {
                Beginning = RecipientReader.AtBeginning,
                Markers =
                [
                    new ReplyMarker(RecipientReader.Mark, MarkerEffect.Header)
                    {
                        Reader = static c => new RecipientReader(c),
                    },
                ],
            },
        };

    /// <summary>Gets all formats that are not in <see cref="JsonToolFormats"/>, with the signs of their templates.</summary>
    public static IReadOnlyList<ToolFormatEntry> Entries { get; } =
    [
        new(PythonicToolFormats.Lfm2, static t => Has(t, "<|tool_call_start|>") || Has(t, "List of tools: ")),
        new(PythonicToolFormats.Llama, static t => Has(t, "[func_name1(params_name1=")),
        new(
            TaggedToolFormats.Qwen3Coder,
            static t => Has(t, "<tool_call>") && Has(t, "<function=") && Has(t, "<parameter=")
        ),
        new(TaggedToolFormats.Seed, static t => Has(t, "<seed:tool_call>")),
        new(TaggedToolFormats.MiniMax, static t => Has(t, "<minimax:tool_call>")),
        new(TaggedToolFormats.DeepSeek32, static t => Has(t, "DSML") && Has(t, "function_calls>")),
        new(TaggedToolFormats.DeepSeek4, static t => Has(t, "DSML") && Has(t, "tool_calls>")),
        // Templates write the line's end as it is or escaped.
        new(
            TaggedToolFormats.Glm,
            static t => Has(t, "<arg_key>") && (Has(t, "</arg_key>\n") || Has(t, "</arg_key>\\n"))
        ),
        new(TaggedToolFormats.Glm47, static t => Has(t, "<arg_key>")),
        new(new HarmonyToolFormat(), static t => Has(t, "<|channel|>") && Has(t, "<|message|>")),
        new(QuotedToolFormat.FunctionGemma, static t => Has(t, "<start_function_call>")),
        new(QuotedToolFormat.Gemma4, static t => Has(t, "<|tool_call>call:")),
        new(NamedToolFormats.MistralCallId, static t => Has(t, "[TOOL_CALLS]") && Has(t, "[CALL_ID]")),
        new(NamedToolFormats.MistralArguments, static t => Has(t, "[TOOL_CALLS]") && Has(t, "[ARGS]")),
        new(NamedToolFormats.MistralList, static t => Has(t, "[TOOL_CALLS]")),
        new(NamedToolFormats.DeepSeek, static t => Has(t, DeepSeekReader.CallBegin) && Has(t, "```json")),
        new(NamedToolFormats.DeepSeek31, static t => Has(t, DeepSeekReader.CallBegin)),
        new(CommandR7B, static t => Has(t, StartAction)),
        new(CommandR, static t => Has(t, "Action:") && Has(t, "\"tool_name\"")),
        new(FireFunction, static t => Has(t, " functools[")),
        new(NemotronNano2, static t => Has(t, ToolCall)),
        new(Kimi, static t => Has(t, KimiArguments)),
        new(Functionary32, static t => Has(t, ">>>all")),
        new(Functionary31, static t => Has(t, Function) && !Has(t, "<tool_call>") && !Has(t, "<parameter=")),
    ];

    private static IEnumerable<ReplyMarker> Dropped(params string[] marks) =>
        marks.Select(static m => new ReplyMarker(m, MarkerEffect.Drop));

    private static bool Has(string template, string sign) => template.Contains(sign, StringComparison.Ordinal);

    // functions.get_weather:0
    private static CallHeader? ReadKimiHeader(string text)
    {
        const string Functions = "functions.";
        var name = text.StartsWith(Functions, StringComparison.Ordinal) ? text[Functions.Length..] : text;
        var colon = name.LastIndexOf(':');
        return new CallHeader(colon < 0 ? name : name[..colon], text);
    }
}
