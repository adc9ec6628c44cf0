namespace LocalSlm;

/// <summary>The log probability of a generated token and of its likeliest alternatives.</summary>
/// <param name="Chosen">The token that was chosen.</param>
/// <param name="Top">The likeliest tokens, best first; the chosen one may be among them.</param>
public sealed record TokenLogProbabilities(TokenLogProbability Chosen, IReadOnlyList<TokenLogProbability> Top);
