namespace LocalSlm;

/// <summary>Live figures of a loaded embedding model, taken at one moment.</summary>
public sealed record EmbeddingStatistics
{
    /// <summary>Gets the requests that wait for their turn.</summary>
    public int QueuedRequests { get; init; }

    /// <summary>Gets the requests that have texts in the batch that is being computed.</summary>
    public int ActiveRequests { get; init; }

    /// <summary>Gets the texts, and parts of texts, computed since the model was loaded.</summary>
    public long Texts { get; init; }

    /// <summary>Gets the tokens computed since the model was loaded, padding not counted.</summary>
    public long Tokens { get; init; }

    /// <summary>Gets the batches computed since the model was loaded.</summary>
    public long Batches { get; init; }

    /// <summary>Gets the requests that ended, in whatever way.</summary>
    public long CompletedRequests { get; init; }
}
