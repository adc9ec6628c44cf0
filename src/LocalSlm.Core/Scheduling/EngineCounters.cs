namespace LocalSlm.Scheduling;

/// <summary>Figures that the owner thread keeps and others read.</summary>
internal sealed class EngineCounters
{
    public int Queued;
    public int Active;
    public int Paused;
    public int CachedConversations;
    public int CacheTokensUsed;
    public int CacheTokensTotal;
    public long PromptTokensComputed;
    public long PromptTokensReused;
    public long OutputTokens;
    public long CompletedRequests;
    public long Preemptions;
    public long Failovers;

    public EngineStatistics Read() =>
        new()
        {
            QueuedRequests = Volatile.Read(ref Queued),
            ActiveRequests = Volatile.Read(ref Active),
            PausedRequests = Volatile.Read(ref Paused),
            CachedConversations = Volatile.Read(ref CachedConversations),
            CacheTokensUsed = Volatile.Read(ref CacheTokensUsed),
            CacheTokensTotal = Volatile.Read(ref CacheTokensTotal),
            PromptTokensComputed = Volatile.Read(ref PromptTokensComputed),
            PromptTokensReused = Volatile.Read(ref PromptTokensReused),
            OutputTokens = Volatile.Read(ref OutputTokens),
            CompletedRequests = Volatile.Read(ref CompletedRequests),
            Preemptions = Volatile.Read(ref Preemptions),
            Failovers = Volatile.Read(ref Failovers),
        };
}
