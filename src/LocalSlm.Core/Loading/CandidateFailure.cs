namespace LocalSlm.Loading;

/// <summary>A candidate that did not serve.</summary>
/// <param name="Candidate">The candidate.</param>
/// <param name="Attempt">The device with the reason.</param>
/// <param name="Kind">The kind of reason.</param>
/// <param name="Error">The error.</param>
internal sealed record CandidateFailure(
    PlacementCandidate Candidate,
    DeviceAttempt Attempt,
    LoadFaultKind Kind,
    Exception Error
);
