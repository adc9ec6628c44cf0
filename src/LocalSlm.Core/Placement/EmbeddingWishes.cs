namespace LocalSlm.Placement;

/// <summary>Says what an embedding model is to hold in the words of a placement: one conversation as long as the longest text, and nothing
/// that is kept.</summary>
internal static class EmbeddingWishes
{
    /// <summary>Steps of long texts take memory that grows with the square of their length; who needs longer ones says so.</summary>
    public const int DefaultMaxTokens = 8192;

    /// <summary>The bounds of <see cref="ModelLoadOptions.BatchTokens"/> and <see cref="ModelLoadOptions.ContextTokens"/>.</summary>
    private const int MostBatchTokens = 16_384;
    private const int LeastContextTokens = 256;

    /// <summary>Makes the options that a placement is planned with. A text is never cut for want of memory: nothing in them is automatic
    /// but the device.</summary>
    /// <param name="facts">The model.</param>
    /// <param name="options">How it is to be loaded.</param>
    public static ModelLoadOptions Of(ModelFacts facts, EmbeddingLoadOptions options)
    {
        var wishes = options.Load.Clone();
        var trained = facts.Embedding?.MaxTokens ?? DefaultMaxTokens;
        var longest = options.MaxTokens ?? Math.Min(trained, DefaultMaxTokens);
        wishes.MaxConcurrentReplies = 1;
        wishes.CachedConversations = 0;
        wishes.ContextTokens = Math.Max(longest, LeastContextTokens);
        wishes.CacheTokens = wishes.ContextTokens;
        if (facts.CanGenerate)
        {
            // A decoder may read a text in several steps, and the texts of a batch lie beside it.
            wishes.CacheTokens += wishes.BatchTokens;
        }
        else
        {
            // An encoder's tokens look at those behind them: a text is computed as a whole.
            wishes.BatchTokens = Math.Min(Math.Max(wishes.BatchTokens, longest), MostBatchTokens);
        }

        return wishes;
    }
}
