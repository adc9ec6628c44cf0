namespace LocalSlm.Hosting.Lifetime;

/// <summary>Keeps a model's KV cache within a number of bytes, by the tokens it may hold.</summary>
internal static class CacheLimit
{
    // The runtimes count tokens in steps of as many.
    private const int Step = 256;

    /// <summary>Lowers how many tokens are cached, if more memory would be taken than may be.</summary>
    /// <param name="runtime">The model's runtime.</param>
    /// <param name="path">The model.</param>
    /// <param name="options">How it would be loaded.</param>
    /// <param name="mostBytes">The most memory of its cache; <see langword="null"/> for no limit.</param>
    /// <returns>The options, or a copy with <see cref="ModelLoadOptions.CacheTokens"/>.</returns>
    /// <exception cref="InsufficientMemoryException">The tokens that the options ask for do not fit.</exception>
    public static ModelLoadOptions Apply(IModelRuntime runtime, string path, ModelLoadOptions options, long? mostBytes)
    {
        if (mostBytes is not { } most)
        {
            return options;
        }

        var facts = runtime.Inspect(path);
        var wanted = runtime.Estimate(facts, options).KvCacheBytes;
        if (wanted <= most)
        {
            return options;
        }

        // The estimate is a line over the tokens; two points of it give what one token takes, and what none does.
        var sequences =
            options.KvCacheLayout == KvCacheLayout.Split
                ? options.MaxConcurrentReplies + options.CachedConversations
                : 1;
        var one = EstimateFor(Step);
        var perToken = (EstimateFor(2 * Step) - one) / Step / sequences;
        var tokens =
            perToken <= 0 ? 0 : (most - (one - (perToken * Step * sequences))) / perToken / sequences / Step * Step;
        var least = options.ContextTokens ?? Step;
        if (tokens < Math.Max(least, sequences == 1 ? options.CacheTokens ?? least : least))
        {
            throw new InsufficientMemoryException(
                wanted,
                most,
                $"MaxCacheBytes allows the KV cache {tokens} tokens{(sequences > 1 ? " for each conversation" : "")}. Raise it, lower "
                    + "ContextTokens, CacheTokens or MaxConcurrentReplies, or choose a smaller KvCacheType."
            );
        }

        var limited = options.Clone();
        if (sequences == 1)
        {
            // A conversation that nobody gave a length is no longer than this, in either runtime.
            limited.CacheTokens = (int)Math.Min(tokens, int.MaxValue);
        }
        else
        {
            limited.ContextTokens ??= (int)Math.Min(tokens, int.MaxValue);
        }

        return limited;

        long EstimateFor(int context)
        {
            var probe = options.Clone();
            probe.ContextTokens = context;
            probe.CacheTokens = context;
            return runtime.Estimate(facts, probe).KvCacheBytes;
        }
    }
}
