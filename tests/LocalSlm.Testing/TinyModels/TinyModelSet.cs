namespace LocalSlm.Testing.TinyModels;

/// <summary>Every tiny model there is: one for each capability that differs between architectures.</summary>
internal static class TinyModelSet
{
    /// <summary>Llama with a byte-level BPE vocabulary, ChatML specials and template, Q8_0 weights.</summary>
    public static TinyModel LlamaBpe { get; } = new("llama-bpe", TinyArchitectures.LlamaBpe);

    /// <summary>Llama with a SentencePiece vocabulary: scores, byte tokens, a space before the first word; Q4_0 and F16 weights.</summary>
    public static TinyModel LlamaSentencePiece { get; } = new("llama-spm", TinyArchitectures.LlamaSentencePiece);

    /// <summary>Mamba: recurrent state only.</summary>
    public static TinyModel Mamba { get; } = new("mamba", TinyArchitectures.Mamba);

    /// <summary>LFM2: short convolutions and attention by turns.</summary>
    public static TinyModel Hybrid { get; } = new("lfm2", TinyArchitectures.Lfm2);

    /// <summary>Gemma 3: every second layer sees only <see cref="TinyArchitectures.SlidingWindowTokens"/> tokens.</summary>
    public static TinyModel SlidingWindow { get; } = new("gemma3", TinyArchitectures.Gemma3);

    /// <summary>Qwen3 MoE: 4 experts, 2 used.</summary>
    public static TinyModel MixtureOfExperts { get; } = new("qwen3moe", TinyArchitectures.Qwen3Moe);

    /// <summary>BERT: an encoder with mean pooling, which cannot generate.</summary>
    public static TinyModel Encoder { get; } = new("bert", TinyArchitectures.Bert);

    public static IReadOnlyList<TinyModel> All { get; } =
    [LlamaBpe, LlamaSentencePiece, Mamba, Hybrid, SlidingWindow, MixtureOfExperts, Encoder];
}
