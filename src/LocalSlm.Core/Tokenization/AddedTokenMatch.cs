namespace LocalSlm.Tokenization;

/// <summary>A part of a text: an added token, or what lies between two.</summary>
/// <param name="Token">The token's id; -1 for text.</param>
/// <param name="Start">The first character.</param>
/// <param name="End">One more than the last character.</param>
internal readonly record struct AddedTokenMatch(int Token, int Start, int End);
