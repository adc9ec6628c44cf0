namespace LocalSlm.Tokenization.Patterns;

/// <summary>A look ahead that is a small pattern of its own, within the steps of the whole.</summary>
/// <param name="Start">Its first step.</param>
/// <param name="First">The lowest of its steps.</param>
/// <param name="End">One more than the highest of its steps.</param>
/// <param name="IsNegative">Whether it holds where the pattern does not match.</param>
internal readonly record struct LookAheadProgram(int Start, int First, int End, bool IsNegative);
