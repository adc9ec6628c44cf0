namespace LocalSlm.Models;

/// <summary>How a model is loaded and how long it stays.</summary>
/// <param name="Key">What it is found by.</param>
/// <param name="LoadAsync">Loads it. What it gives belongs to the manager.</param>
internal sealed record ModelDefinition(ModelKey Key, Func<CancellationToken, Task<IResidentModel>> LoadAsync)
{
    /// <summary>Gets how long it stays after its last request: 0 for not at all, infinite for ever.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets what tells the bytes that it will take, before it is loaded; <see langword="null"/> where nobody knows.</summary>
    public Func<CancellationToken, Task<long>>? EstimateAsync { get; init; }
}
