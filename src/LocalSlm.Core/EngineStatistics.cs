namespace LocalSlm;

/// <summary>Live figures of a loaded model's engine, taken at one moment.</summary>
public sealed record EngineStatistics
{
    /// <summary>Gets the requests that wait for a place.</summary>
    public int QueuedRequests { get; init; }

    /// <summary>Gets the replies that are being computed.</summary>
    public int ActiveRequests { get; init; }

    /// <summary>Gets the replies that are paused: their reader is slow, or memory was given to older ones.</summary>
    public int PausedRequests { get; init; }

    /// <summary>Gets the finished conversations whose tokens are kept for reuse.</summary>
    public int CachedConversations { get; init; }

    /// <summary>Gets the tokens in the KV cache.</summary>
    public int CacheTokensUsed { get; init; }

    /// <summary>Gets the tokens that the KV cache holds.</summary>
    public int CacheTokensTotal { get; init; }

    /// <summary>Gets the prompt tokens computed since the model was loaded, cached ones not counted.</summary>
    public long PromptTokensComputed { get; init; }

    /// <summary>Gets the prompt tokens that were found in the cache since the model was loaded.</summary>
    public long PromptTokensReused { get; init; }

    /// <summary>Gets the tokens generated since the model was loaded.</summary>
    public long OutputTokens { get; init; }

    /// <summary>Gets the requests that ended, in whatever way.</summary>
    public long CompletedRequests { get; init; }

    /// <summary>Gets how often a reply was paused to give its memory to another one.</summary>
    public long Preemptions { get; init; }

    /// <summary>Gets how often a device failed and the replies went on with another one.</summary>
    public long Failovers { get; init; }
}
