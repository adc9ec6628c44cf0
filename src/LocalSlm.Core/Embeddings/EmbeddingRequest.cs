namespace LocalSlm.Embeddings;

/// <summary>A request in which every option is resolved.</summary>
/// <param name="Prompt">What stands before each text.</param>
/// <param name="Pooling">How hidden states become vectors.</param>
/// <param name="Normalizes">Whether vectors are brought to length 1.</param>
/// <param name="OverlongTexts">What happens to texts that are too long.</param>
/// <param name="Dimensions">The length of the vectors.</param>
internal sealed record EmbeddingRequest(
    string Prompt,
    EmbeddingPooling Pooling,
    bool Normalizes,
    OverlongTextPolicy OverlongTexts,
    int Dimensions
);
