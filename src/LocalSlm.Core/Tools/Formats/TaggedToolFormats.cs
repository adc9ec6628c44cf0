namespace LocalSlm.Tools;

/// <summary>The families whose calls write each argument apart between tags.</summary>
internal static class TaggedToolFormats
{
    /// <summary>Gets the form of Qwen3-Coder, Qwen3.5 and Nemotron 3.</summary>
    public static TaggedToolFormat Qwen3Coder { get; } =
        new("qwen3-coder")
        {
            Thinking = ReasoningTags.Think,
            IsFunctionEnough = true,
            Dialect = new()
            {
                BlockOpen = "<tool_call>",
                BlockClose = "</tool_call>",
                FunctionOpen = "<function=",
                FunctionOpenEnd = ">",
                FunctionClose = "</function>",
                ParameterOpen = "<parameter=",
                ParameterOpenEnd = ">",
                ValueClose = "</parameter>",
                ValueSpace = "\n",
                Markers = ["<tool_call>", "</tool_call>"],
            },
        };

    /// <summary>Gets the form of Seed-OSS: Qwen3-Coder's with other tags around it, and values without lines of their own.</summary>
    public static TaggedToolFormat Seed { get; } =
        new("seed-oss")
        {
            VerifiedBy = ToolFormatEvidence.Documentation,
            Thinking = new("<seed:think>", "</seed:think>"),
            Dialect = Qwen3Coder.Dialect with
            {
                BlockOpen = "<seed:tool_call>",
                BlockClose = "</seed:tool_call>",
                ValueSpace = "",
                Markers = ["<seed:tool_call>", "</seed:tool_call>"],
            },
        };

    /// <summary>Gets the form of MiniMax M2: several calls in one block, names in attributes.</summary>
    public static TaggedToolFormat MiniMax { get; } =
        new("minimax-m2")
        {
            VerifiedBy = ToolFormatEvidence.Documentation,
            Thinking = ReasoningTags.Think,
            Dialect = new()
            {
                BlockOpen = "<minimax:tool_call>",
                BlockClose = "</minimax:tool_call>",
                FunctionOpen = "<invoke name=\"",
                FunctionOpenEnd = "\">",
                FunctionClose = "</invoke>",
                ParameterOpen = "<parameter name=\"",
                ParameterOpenEnd = "\">",
                ValueClose = "</parameter>",
                Markers = ["<minimax:tool_call>", "</minimax:tool_call>"],
                HasSeveralFunctions = true,
            },
        };

    /// <summary>Gets the form of DeepSeek V3.2: as MiniMax's, and an attribute tells strings from JSON.</summary>
    public static TaggedToolFormat DeepSeek32 { get; } =
        new("deepseek-v3.2")
        {
            VerifiedBy = ToolFormatEvidence.Documentation,
            Thinking = ReasoningTags.Think,
            Dialect = Dsml("function_calls"),
        };

    /// <summary>Gets the form of DeepSeek V4: V3.2's with another name for the block.</summary>
    public static TaggedToolFormat DeepSeek4 { get; } =
        new("deepseek-v4")
        {
            VerifiedBy = ToolFormatEvidence.Documentation,
            Thinking = ReasoningTags.Think,
            Dialect = Dsml("tool_calls"),
        };

    /// <summary>Gets the form of GLM 4.5 and 4.6: the name behind the block's tag, keys and values in tags of their own.</summary>
    public static TaggedToolFormat Glm { get; } =
        new("glm-4.5")
        {
            VerifiedBy = ToolFormatEvidence.Documentation,
            Thinking = ReasoningTags.Think,
            Dialect = new()
            {
                BlockOpen = "<tool_call>",
                BlockClose = "</tool_call>",
                ParameterOpen = "<arg_key>",
                ParameterOpenEnd = "</arg_key>",
                ValueOpen = "<arg_value>",
                ValueClose = "</arg_value>",
                Markers = ["<tool_call>", "</tool_call>", "<arg_key>", "</arg_key>", "<arg_value>", "</arg_value>"],
            },
        };

    /// <summary>Gets the form of GLM 4.7: as before, without line ends.</summary>
    public static TaggedToolFormat Glm47 { get; } =
        new("glm-4.7")
        {
            VerifiedBy = ToolFormatEvidence.Documentation,
            Thinking = ReasoningTags.Think,
            Dialect = Glm.Dialect with { TagSpace = "" },
        };

    private static TaggedDialect Dsml(string block) =>
        new()
        {
            BlockOpen = $"<｜DSML｜{block}>",
            BlockClose = $"</｜DSML｜{block}>",
            FunctionOpen = "<｜DSML｜invoke name=\"",
            FunctionOpenEnd = "\">",
            FunctionClose = "</｜DSML｜invoke>",
            ParameterOpen = "<｜DSML｜parameter name=\"",
            ParameterOpenEnd = ">",
            ValueClose = "</｜DSML｜parameter>",
            Markers = ["｜DSML｜"],
            TellsStrings = true,
            HasSeveralFunctions = true,
        };
}
