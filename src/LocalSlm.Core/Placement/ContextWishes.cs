namespace LocalSlm.Placement;

/// <summary>How many tokens a model is to hold where nothing limits it, and how few it may come down to. The one place that decides the
/// defaults; runtimes estimate and check what comes out.</summary>
/// <param name="Context">The tokens of one conversation that are wanted.</param>
/// <param name="LeastContext">The fewest that are taken without having been asked for.</param>
/// <param name="IsGiven">Whether the caller asked for <paramref name="Context"/>: then it never shrinks.</param>
/// <param name="GivenCache">The tokens of all conversations that the caller asked for; <see langword="null"/> for automatic.</param>
/// <param name="Sequences">The conversations that are kept at once.</param>
/// <param name="ConcurrentReplies">The conversations that are computed at once.</param>
/// <param name="IsSplit">Whether every conversation has memory of its own.</param>
internal sealed record ContextWishes(
    int Context,
    int LeastContext,
    bool IsGiven,
    int? GivenCache,
    int Sequences,
    int ConcurrentReplies,
    bool IsSplit
)
{
    /// <summary>Automatic lengths shrink in steps of this many tokens; llama.cpp v0.4.0 rounds every context up to it.</summary>
    public const int Step = 256;

    /// <summary>KV memory is taken when the model is loaded, used or not: models trained for 128k tokens and more would take gigabytes
    /// that few conversations need. Who needs them says so.</summary>
    public const int DefaultContextTokens = 8192;

    /// <summary>The tokens of all conversations together, where the caller says nothing.</summary>
    public const int DefaultCacheTokens = 2 * DefaultContextTokens;

    /// <summary>A shorter conversation than this is not worth an accelerator: the next device holds more.</summary>
    public const int LeastUsefulTokens = 2048;

    private const int FallbackContextTokens = 4096;

    /// <summary>Gets the fewest tokens on the last device of all.</summary>
    public int LastResort => IsGiven ? Context : Math.Min(Context, Step);

    /// <summary>Reads the options.</summary>
    public static ContextWishes Of(ModelFacts facts, ModelLoadOptions options)
    {
        var isSplit = options.KvCacheLayout == KvCacheLayout.Split;
        var wanted = options.ContextTokens ?? DefaultFor(facts);
        if (options.ContextTokens is null && !isSplit && options.CacheTokens is { } most)
        {
            // No conversation is longer than what all may hold together.
            wanted = Math.Min(wanted, most);
        }

        return new(
            wanted,
            options.ContextTokens is null ? Math.Min(wanted, LeastUsefulTokens) : wanted,
            options.ContextTokens is not null,
            options.CacheTokens,
            options.MaxConcurrentReplies + options.CachedConversations,
            options.MaxConcurrentReplies,
            isSplit
        );
    }

    /// <summary>The length of a conversation where the caller says nothing.</summary>
    public static int DefaultFor(ModelFacts facts) =>
        facts.TrainedContextTokens > 0
            ? Math.Min(facts.TrainedContextTokens, DefaultContextTokens)
            : FallbackContextTokens;

    /// <summary>The tokens of all conversations that are wanted with conversations of a length.</summary>
    public int CacheFor(int context) =>
        IsSplit ? Saturate((long)context * Sequences)
        : GivenCache is { } given ? Math.Max(given, context)
        : Math.Max(context, Saturate(Math.Min((long)context * ConcurrentReplies, DefaultCacheTokens)));

    /// <summary>The fewest tokens of all conversations that serve conversations of a length.</summary>
    public int LeastCacheFor(int context) => IsSplit || GivenCache is not null ? CacheFor(context) : context;

    private static int Saturate(long tokens) => (int)Math.Min(tokens, int.MaxValue);
}
