namespace LocalSlm.Scheduling;

/// <summary>What a finished reply took. Times are measured on the owner thread.</summary>
internal sealed record GenerationUsage
{
    /// <summary>Gets the tokens of the prompt.</summary>
    public int PromptTokens { get; init; }

    /// <summary>Gets those of them that were in the cache.</summary>
    public int CachedTokens { get; init; }

    /// <summary>Gets the tokens generated, the end-of-generation token not counted.</summary>
    public int OutputTokens { get; init; }

    /// <summary>Gets the tokens that were dropped by sliding.</summary>
    public int SlidTokens { get; init; }

    /// <summary>Gets the wait for a free place.</summary>
    public TimeSpan QueueDuration { get; init; }

    /// <summary>Gets the time from the start of prefill to the first token.</summary>
    public TimeSpan PrefillDuration { get; init; }

    /// <summary>Gets the time from the first token to the last.</summary>
    public TimeSpan DecodeDuration { get; init; }
}
