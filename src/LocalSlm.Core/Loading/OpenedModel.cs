namespace LocalSlm.Loading;

/// <summary>A model that is open, and how it came to be there.</summary>
/// <param name="Model">The model; whoever gets this disposes it.</param>
/// <param name="Placement">The candidate that serves; <see langword="null"/> where nothing was planned.</param>
/// <param name="Failed">Candidates that were tried for it and failed, or were left out although asked for.</param>
/// <param name="History">Everything that has happened to it, oldest first.</param>
internal sealed record OpenedModel<TModel>(
    TModel Model,
    PlacementCandidate? Placement,
    IReadOnlyList<DeviceAttempt> Failed,
    IReadOnlyList<ModelHistoryEntry> History
)
    where TModel : class, IDisposable;
