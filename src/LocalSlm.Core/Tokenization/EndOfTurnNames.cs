namespace LocalSlm.Tokenization;

/// <summary>Names of tokens that end a turn or a text in published vocabularies, whatever else a file says (the list of
/// llama.cpp v0.4.0, llama-vocab.cpp).</summary>
internal static class EndOfTurnNames
{
    private static readonly HashSet<string> Names = new(StringComparer.Ordinal)
    {
        "<|eot_id|>",
        "<|im_end|>",
        "<|end|>",
        "<|return|>",
        "<|call|>",
        "<|flush|>",
        "<|calls|>",
        "<end_of_turn>",
        "<|endoftext|>",
        "<|end_of_text|>",
        "<|eom_id|>",
        "<EOT>",
        "_<EOT>",
        "[EOT]",
        "[EOS]",
        "<eos>",
        "</s>",
        "<end_of_utterance>",
        "<|END_OF_TURN_TOKEN|>",
        "<｜end▁of▁sentence｜>",
        "<turn|>",
    };

    /// <summary>Tells whether a special token of this name ends generation.</summary>
    public static bool Contains(string name) => Names.Contains(name);
}
