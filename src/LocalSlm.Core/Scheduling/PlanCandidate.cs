namespace LocalSlm.Scheduling;

/// <summary>A reply that could compute in the next step.</summary>
/// <param name="Remaining">Its tokens that are not computed yet: 1 while it generates, more during prefill.</param>
internal readonly record struct PlanCandidate(int Remaining);
