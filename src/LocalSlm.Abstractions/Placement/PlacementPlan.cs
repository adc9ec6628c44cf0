namespace LocalSlm;

/// <summary>Where a model would be loaded: ordered candidates, and what was left out with its reason. Made from facts alone; nothing is
/// loaded. Immutable. <see cref="ToString"/> gives it in readable lines.</summary>
public sealed partial record PlacementPlan
{
    /// <summary>Gets the model.</summary>
    public required ModelFacts Facts { get; init; }

    /// <summary>Gets the ways to load it, best first; empty if it fits nowhere.</summary>
    public required IReadOnlyList<PlacementCandidate> Candidates { get; init; }

    /// <summary>Gets the devices that were left out, with the reason.</summary>
    public required IReadOnlyList<DeviceAttempt> Excluded { get; init; }

    /// <summary>Gets the longest conversation that would fit the best candidate's device, in tokens; 0 if the model fits
    /// nowhere.</summary>
    public required int MostContextTokens { get; init; }
}
