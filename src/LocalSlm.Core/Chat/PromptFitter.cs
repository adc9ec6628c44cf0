namespace LocalSlm.Chat;

/// <summary>Counts a request's prompt before any work, and makes it fit the context as the request's policy says.</summary>
internal sealed class PromptFitter(PromptRenderer renderer, IPromptTokenizer tokenizer, int contextTokens)
{
    // What DropOldestTurns leaves free for a reply whose length the caller did not limit.
    private const int DefaultReplyShare = 8;

    /// <summary>Counts and fits.</summary>
    /// <param name="request">The request.</param>
    /// <returns>The prompt.</returns>
    /// <exception cref="ContextOverflowException">It does not fit.</exception>
    public PreparedPrompt Fit(ChatRequest request)
    {
        var prompt = Prepare(request, request.Messages);
        if (prompt.Tokens.Length == 0)
        {
            throw new ArgumentException("The prompt is empty: no token came out of the messages. Send some text.");
        }

        if (request.OverflowPolicy == OverflowPolicy.DropOldestTurns && !request.RawCompletion)
        {
            return DropOldestTurns(request, prompt);
        }

        ThrowIfTooLong(prompt.Tokens);
        return request.OverflowPolicy == OverflowPolicy.SlideWindow
            ? prompt with
            {
                SlideKeepingTokens = CountLeading(request, prompt.Tokens),
            }
            : prompt;
    }

    /// <summary>Counts the tokens of the request as it is.</summary>
    /// <param name="request">The request.</param>
    /// <returns>The tokens.</returns>
    public int Count(ChatRequest request) => Prepare(request, request.Messages).Tokens.Length;

    private PreparedPrompt Prepare(ChatRequest request, IReadOnlyList<PromptMessage> messages)
    {
        var spans = renderer.Render(request, messages, request.ContinueFinalMessage);
        var tokens = tokenizer.Tokenize(spans, PromptRenderer.AddsSpecialTokens(request));
        return new PreparedPrompt(spans, tokens, null, 0, 0);
    }

    /// <summary>Leaves room for one token of reply at least.</summary>
    private void ThrowIfTooLong(int[] tokens)
    {
        if (tokens.Length >= contextTokens)
        {
            throw new ContextOverflowException(tokens.Length, contextTokens);
        }
    }

    private PreparedPrompt DropOldestTurns(ChatRequest request, PreparedPrompt all)
    {
        var room = Math.Min(request.MaxOutputTokens ?? contextTokens / DefaultReplyShare, contextTokens / 2);
        var limit = contextTokens - Math.Max(room, 1);
        if (all.Tokens.Length <= limit)
        {
            return all;
        }

        var turns = ConversationTurns.Split(request.Messages);

        // The fewest dropped turns that fit. More dropped turns never make a longer prompt, so halving finds them; each try
        // renders and tokenizes once.
        PreparedPrompt? best = null;
        var dropped = turns.DroppableCount;
        var (low, high) = (1, turns.DroppableCount);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var prompt = Prepare(request, turns.Without(middle));
            if (prompt.Tokens.Length <= limit)
            {
                (best, dropped, high) = (prompt, middle, middle - 1);
            }
            else
            {
                low = middle + 1;
            }
        }

        if (best is null)
        {
            // Not even the last turn alone leaves the room that was wished for: any room will do.
            best = dropped == 0 ? all : Prepare(request, turns.Without(dropped));
            ThrowIfTooLong(best.Value.Tokens);
        }

        return best.Value with
        {
            DroppedTurns = dropped,
            DroppedMessages = turns.CountMessages(dropped),
        };
    }

    /// <summary>Counts the leading tokens that do not depend on what the conversation says after its system part.</summary>
    private int CountLeading(ChatRequest request, int[] tokens)
    {
        List<PromptMessage> start = [];
        if (!request.RawCompletion)
        {
            start.AddRange(request.Messages.TakeWhile(message => message.Role == PromptMessage.System));
            start.Add(new PromptMessage(PromptMessage.User, ""));
        }

        int[] other;
        try
        {
            other = Prepare(request with { ContinueFinalMessage = false }, start).Tokens;
        }
        catch (ChatTemplateException)
        {
            // The template wants more of a conversation; then nothing is known to be the system part.
            other = [];
        }

        var common = tokens.AsSpan().CommonPrefixLength(other);
        return Math.Min(common, contextTokens / 2);
    }
}
