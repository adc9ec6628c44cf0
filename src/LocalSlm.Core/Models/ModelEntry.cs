namespace LocalSlm.Models;

/// <summary>A registered model. Guarded by its manager's lock.</summary>
internal sealed class ModelEntry(ModelDefinition definition)
{
    /// <summary>Gets or sets how it is loaded next.</summary>
    public ModelDefinition Definition { get; set; } = definition;

    /// <summary>Gets or sets the loaded model that takes new requests.</summary>
    public Residency? Current { get; set; }

    /// <summary>Gets or sets the load that is wanted or under way, with whoever waits for it.</summary>
    public PendingLoad? Load { get; set; }

    /// <summary>Gets or sets why its last load failed; <see langword="null"/> if it did not.</summary>
    public Exception? LoadError { get; set; }

    /// <summary>Gets or sets the bytes that it takes, from an estimate or from the last load.</summary>
    public long? KnownBytes { get; set; }

    /// <summary>Gets or sets a value indicating whether it was removed: nobody finds it any more.</summary>
    public bool IsRemoved { get; set; }

    /// <summary>Gets what it is found by.</summary>
    public ModelKey Key => Definition.Key;
}
