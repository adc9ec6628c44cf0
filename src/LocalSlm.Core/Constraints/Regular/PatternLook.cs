namespace LocalSlm.Constraints.Regular;

/// <summary>A look ahead of a pattern.</summary>
/// <param name="Start">Its first step.</param>
/// <param name="IsNegative">Whether it must not match.</param>
internal readonly record struct PatternLook(int Start, bool IsNegative);
