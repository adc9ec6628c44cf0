namespace LocalSlm.Scheduling;

/// <summary>What the engine takes from <see cref="ModelLoadOptions"/>, fully resolved.</summary>
internal sealed record EngineSettings
{
    public required string ModelName { get; init; }

    public int MaxConcurrentReplies { get; init; } = 4;

    public int MaxQueuedRequests { get; init; } = 256;

    public int ReplyBufferUpdates { get; init; } = 256;

    public int PrefillChunkTokens { get; init; } = 128;

    public TimeSpan StalledReaderTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets a value indicating whether text that a grammar forces is appended without sampling.</summary>
    public bool JumpsAhead { get; init; } = true;

    public static EngineSettings From(string modelName, ModelLoadOptions options) =>
        new()
        {
            ModelName = modelName,
            MaxConcurrentReplies = options.MaxConcurrentReplies,
            MaxQueuedRequests = options.MaxQueuedRequests,
            ReplyBufferUpdates = options.ReplyBufferUpdates,
            PrefillChunkTokens = options.PrefillChunkTokens,
            StalledReaderTimeout = options.StalledReaderTimeout,
        };
}
