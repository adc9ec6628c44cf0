namespace LocalSlm;

/// <summary>A row of a batch: tokens that are appended to one sequence.</summary>
/// <param name="Sequence">The sequence.</param>
/// <param name="StartPosition">Position of the first token: the sequence's length before this row.</param>
/// <param name="FirstToken">Index of its first token in <see cref="DecodeBatch.Tokens"/>.</param>
/// <param name="TokenCount">Number of its tokens.</param>
/// <param name="FirstOutput">Number of its first output.</param>
/// <param name="OutputCount">How many of its last tokens give logits; 0 for none.</param>
/// <param name="Adapter">The adapter to compute with; 0 for none.</param>
public readonly record struct DecodeRow(
    int Sequence,
    int StartPosition,
    int FirstToken,
    int TokenCount,
    int FirstOutput,
    int OutputCount,
    int Adapter
);
