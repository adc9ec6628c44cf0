namespace LocalSlm.Tools;

/// <summary>The families whose calls are JSON objects.</summary>
internal static class JsonToolFormats
{
    private const string NameThenArguments = "\", \"arguments\": ";
    private const string ToolCall = "<tool_call>";
    private const string ToolCallEnd = "</tool_call>";
    private const string PipedToolCall = "<|tool_call|>";
    private const string PipedToolCallEnd = "<|/tool_call|>";
    private const string Functools = "functools[";
    private const string PythonTag = "<|python_tag|>";

    private static readonly string[] Interpreters = ["python", "ipython", "code_interpreter"];

    /// <summary>Gets the form that Hermes 2 Pro made common: Qwen 2.5 and 3, QwQ, MiMo, Granite 4, MiniMind. White space as their
    /// templates render it.</summary>
    public static JsonToolFormat Hermes { get; } =
        new("hermes")
        {
            Layout = TaggedLayout,
            Beginnings = [new CallBeginning(ToolCall, "\n{\"name\": \"")],
            Syntax = new ReplySyntax { Reasoning = ReasoningTags.Think, Markers = TaggedMarkers },
        };

    /// <summary>Gets SmolLM3's form: Hermes', on one line.</summary>
    /// <remarks>Its own template has the tools as <c>xml_tools</c>; the edited one that most GGUF files carry has none at all.</remarks>
    public static JsonToolFormat SmolLm3 { get; } =
        new("smollm3")
        {
            Layout = new JsonCallLayout
            {
                CallOpen = ToolCall + "{\"name\": \"",
                Middle = NameThenArguments,
                CallClose = "}" + ToolCallEnd,
                Separator = "\n",
                Markers = [ToolCall, ToolCallEnd],
            },
            Beginnings = [new CallBeginning(ToolCall, "{\"name\": \"")],
            Syntax = new ReplySyntax { Reasoning = ReasoningTags.Think, Markers = TaggedMarkers },
        };

    /// <summary>Gets SmolLM2's form: one list of calls between the tags (model card of SmolLM2-1.7B-Instruct).</summary>
    public static JsonToolFormat SmolLm2 { get; } =
        new("smollm2")
        {
            VerifiedBy = ToolFormatEvidence.Documentation,
            Layout = new JsonCallLayout
            {
                BlockOpen = ToolCall + "[",
                CallOpen = "{\"name\": \"",
                Middle = NameThenArguments,
                CallClose = "}",
                Separator = ", ",
                BlockClose = "]" + ToolCallEnd,
                Markers = [ToolCall, ToolCallEnd],
            },
            Beginnings = [new CallBeginning(ToolCall, "[{\"name\": \"")],
            Syntax = new ReplySyntax { Markers = TaggedMarkers },
        };

    /// <summary>Gets the form of Granite 3: a list of calls behind a control token, to the end of the reply.</summary>
    /// <remarks>Granite 3.2 and 3.3 think between tags when asked to, and put the answer in tags too.</remarks>
    public static JsonToolFormat Granite3 { get; } =
        new("granite")
        {
            Layout = new JsonCallLayout
            {
                BlockOpen = PipedToolCall + "[",
                CallOpen = "{\"name\": \"",
                Middle = NameThenArguments,
                CallClose = "}",
                Separator = ", ",
                BlockClose = "]",
                Markers = [PipedToolCall],
            },
            Beginnings =
            [
                new CallBeginning(PipedToolCall, "[{\"name\": \""),
                new CallBeginning(ToolCall, "[{\"name\": \""),
            ],
            Syntax = new ReplySyntax
            {
                Reasoning = ReasoningTags.Think,
                Markers =
                [
                    Marker(PipedToolCall, new JsonCallStyle()),
                    new ReplyMarker("<response>", MarkerEffect.Drop) { AtStart = true },
                    new ReplyMarker("</response>", MarkerEffect.Drop),
                    .. TaggedMarkers,
                ],
            },
        };

    /// <summary>Gets Phi-4-mini's form: a list of calls between control tokens, or behind the word <c>functools</c>.</summary>
    public static JsonToolFormat Phi4Mini { get; } =
        new("phi4-mini")
        {
            Layout = new JsonCallLayout
            {
                BlockOpen = PipedToolCall + "[",
                CallOpen = "{\"name\": \"",
                Middle = NameThenArguments,
                CallClose = "}",
                Separator = ", ",
                BlockClose = "]" + PipedToolCallEnd,
                Markers = [PipedToolCall, PipedToolCallEnd],
            },
            Beginnings = [new CallBeginning(PipedToolCall, "[{\"name\": \"")],
            Syntax = new ReplySyntax
            {
                Reasoning = ReasoningTags.Think,
                Markers =
                [
                    Marker(PipedToolCall, new JsonCallStyle { End = PipedToolCallEnd }),
                    new ReplyMarker(PipedToolCallEnd, MarkerEffect.Drop) { OnlyWithTools = true },
                    Marker(Functools, new JsonCallStyle { IsCertain = false }, overlap: 1),
                ],
            },
        };

    /// <summary>Gets the JSON form of Llama 3.1 to 3.3: a bare object at the start of the reply, one call at a time, with
    /// <c>parameters</c>; Llama 3.1 puts a control token before it where it has built-in tools.</summary>
    public static JsonToolFormat Llama3 { get; } =
        new("llama3")
        {
            Layout = new JsonCallLayout
            {
                CallOpen = "{\"name\": \"",
                Middle = "\", \"parameters\": ",
                CallClose = "}",
                Markers = [PythonTag],
            },
            Beginnings =
            [
                new CallBeginning("{\"name\": \"", "", AtStart: true),
                new CallBeginning("{\"type\": \"function\", \"name\": \"", "", AtStart: true),
                new CallBeginning(PythonTag, "{\"name\": \""),
            ],
            Syntax = new ReplySyntax
            {
                Reasoning = ReasoningTags.Think,
                Markers = [Marker(PythonTag, new JsonCallStyle { ReadOther = ReadPython }), .. BareMarkers],
            },
        };

    /// <summary>Gets the form for models whose template knows no tools: Hermes', which more small models have seen than any other. A
    /// bare object at the start of the reply that names a tool is a call too.</summary>
    public static JsonToolFormat Generic { get; } =
        new("generic")
        {
            Layout = TaggedLayout,
            Beginnings = [new CallBeginning(ToolCall, "\n{\"name\": \"")],
            Syntax = new ReplySyntax { Reasoning = ReasoningTags.Think, Markers = [.. TaggedMarkers, .. BareMarkers] },
        };

    private static JsonCallLayout TaggedLayout =>
        new()
        {
            CallOpen = ToolCall + "\n{\"name\": \"",
            Middle = NameThenArguments,
            CallClose = "}\n" + ToolCallEnd,
            Separator = "\n",
            Markers = [ToolCall, ToolCallEnd],
        };

    private static ReplyMarker[] TaggedMarkers =>
        [
            Marker(ToolCall, new JsonCallStyle { End = ToolCallEnd }),
            new ReplyMarker(ToolCallEnd, MarkerEffect.Drop) { OnlyWithTools = true },
        ];

    /// <summary>Gets the beginnings of JSON at the start of a reply, which are no sure signs of a call.</summary>
    internal static ReplyMarker[] BareMarkers =>
        [Bare("{", overlap: 1), Bare("[{", overlap: 2), Bare("```json", overlap: 7), Bare("```\n", overlap: 4)];

    private static ReplyMarker Bare(string text, int overlap) =>
        Marker(text, new JsonCallStyle { IsCertain = false }, overlap) with
        {
            AtStart = true,
            InReasoning = false,
        };

    /// <summary>Makes the marker of a block of JSON calls.</summary>
    internal static ReplyMarker Marker(string text, JsonCallStyle style, int overlap = 0) =>
        new(text, MarkerEffect.Call)
        {
            InReasoning = true,
            Overlap = overlap,
            Reader = context => new JsonCallReader(style, context),
        };

    /// <summary>Llama 3.1 writes code, not JSON, to call its interpreter.</summary>
    private static ParsedToolCall? ReadPython(string code, BlockContext context) =>
        Interpreters.FirstOrDefault(n => context.FindTool(n) is not null) is { } name
            ? new ParsedToolCall(null, name, $"{{\"code\": {PlainJson.Quote(code)}}}")
            : null;
}
