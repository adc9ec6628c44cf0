namespace LocalSlm;

/// <summary>What one layer (transformer block) of a model takes.</summary>
/// <param name="WeightBytes">All its weights, those of experts included, in bytes.</param>
/// <param name="ExpertBytes">The weights of its experts (mixture of experts), in bytes; 0 for none.</param>
/// <param name="KvBytesPerToken">16-bit keys and values of one token, in bytes; 0 for a layer without attention.</param>
/// <param name="IsSliding">Whether its attention looks back <see cref="ModelFacts.SlidingWindowTokens"/> only.</param>
/// <param name="RecurrentBytes">Recurrent state of one sequence, in bytes; 0 for none.</param>
public sealed record LayerFacts(
    long WeightBytes,
    long ExpertBytes,
    long KvBytesPerToken,
    bool IsSliding = false,
    long RecurrentBytes = 0
);
