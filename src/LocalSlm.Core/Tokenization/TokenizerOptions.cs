namespace LocalSlm.Tokenization;

/// <summary>What a model's other files tell about its tokenizer.</summary>
internal sealed record TokenizerOptions
{
    /// <summary>Gets the tokens after which generation ends, as the model's configuration names them; the tokenizer's own end of
    /// sequence and well-known ends of turns are added.</summary>
    public IReadOnlyList<int> EndOfGenerationTokens { get; init; } = [];

    /// <summary>Gets how many logits the model gives, or 0: models are often padded beyond their vocabulary.</summary>
    public int LogitCount { get; init; }
}
