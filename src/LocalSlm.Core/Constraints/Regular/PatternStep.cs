namespace LocalSlm.Constraints.Regular;

/// <summary>A step of a pattern.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Argument">The set, the check or the look ahead; the other next step of a fork.</param>
/// <param name="Next">The next step.</param>
internal readonly record struct PatternStep(PatternStepKind Kind, int Argument, int Next);
