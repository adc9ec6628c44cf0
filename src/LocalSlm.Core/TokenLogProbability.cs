namespace LocalSlm;

/// <summary>A token that was, or could have been, chosen, with its log probability before any sampling setting.</summary>
/// <param name="TokenId">The token id.</param>
/// <param name="Text">Its text; control tokens by name.</param>
/// <param name="LogProbability">Natural logarithm of its probability.</param>
public readonly record struct TokenLogProbability(int TokenId, string Text, float LogProbability);
