namespace LocalSlm.Tools;

/// <summary>The families whose calls are Python's.</summary>
internal static class PythonicToolFormats
{
    /// <summary>Gets the form of LFM2 and LFM2.5.</summary>
    public static ToolFormat Lfm2 { get; } =
        new PythonicToolFormat("lfm2", "<|tool_call_start|>", "<|tool_call_end|>") { Thinking = ReasoningTags.Think };

    /// <summary>Gets the form of Llama 3.2 and 4 that the publisher documents beside JSON: a list and nothing else.</summary>
    public static ToolFormat Llama { get; } = new PythonicToolFormat("llama3-pythonic", null, null);
}
