namespace LocalSlm;

/// <summary>How much of a prompt has been computed.</summary>
/// <param name="CachedTokens">Tokens that were in the cache already.</param>
/// <param name="ComputedTokens">Tokens computed so far, cached ones not counted.</param>
/// <param name="PromptTokens">Tokens of the whole prompt.</param>
public readonly record struct PrefillProgress(int CachedTokens, int ComputedTokens, int PromptTokens);
