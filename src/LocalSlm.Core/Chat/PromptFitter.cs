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
        var tokens = Tokenize(request);
        if (tokens.Length == 0)
        {
            throw new ArgumentException("The prompt is empty: no token came out of the messages. Send some text.");
        }

        if (request.OverflowPolicy == OverflowPolicy.DropOldestTurns && !request.RawCompletion)
        {
            return DropOldestTurns(request, tokens);
        }

        ThrowIfTooLong(tokens);
        int? keep = request.OverflowPolicy == OverflowPolicy.SlideWindow ? CountLeading(request, tokens) : null;
        return new PreparedPrompt(tokens, keep, 0, 0);
    }

    /// <summary>Renders and tokenizes the request as it is.</summary>
    /// <param name="request">The request.</param>
    /// <returns>The token ids.</returns>
    public int[] Tokenize(ChatRequest request) => Tokenize(request, request.Messages, request.ContinueFinalMessage);

    private int[] Tokenize(ChatRequest request, IReadOnlyList<PromptMessage> messages, bool continueFinalMessage) =>
        tokenizer.Tokenize(
            renderer.Render(request, messages, continueFinalMessage),
            PromptRenderer.AddsSpecialTokens(request)
        );

    /// <summary>Leaves room for one token of reply at least.</summary>
    private void ThrowIfTooLong(int[] tokens)
    {
        if (tokens.Length >= contextTokens)
        {
            throw new ContextOverflowException(tokens.Length, contextTokens);
        }
    }

    private PreparedPrompt DropOldestTurns(ChatRequest request, int[] all)
    {
        var room = Math.Min(request.MaxOutputTokens ?? contextTokens / DefaultReplyShare, contextTokens / 2);
        var limit = contextTokens - Math.Max(room, 1);
        if (all.Length <= limit)
        {
            return new PreparedPrompt(all, null, 0, 0);
        }

        var turns = ConversationTurns.Split(request.Messages);

        // The fewest dropped turns that fit. More dropped turns never make a longer prompt, so halving finds them; each try
        // renders and tokenizes once.
        int[]? best = null;
        var (low, high) = (1, turns.DroppableCount);
        var dropped = high;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var tokens = Tokenize(request, turns.Without(middle), request.ContinueFinalMessage);
            if (tokens.Length <= limit)
            {
                (best, dropped, high) = (tokens, middle, middle - 1);
            }
            else
            {
                low = middle + 1;
            }
        }

        if (best is null)
        {
            // Not even the last turn alone leaves the room that was wished for: any room will do.
            dropped = turns.DroppableCount;
            best = dropped == 0 ? all : Tokenize(request, turns.Without(dropped), request.ContinueFinalMessage);
            ThrowIfTooLong(best);
        }

        return new PreparedPrompt(best, null, dropped, turns.CountMessages(dropped));
    }

    /// <summary>Counts the leading tokens that do not depend on what the conversation says after its system part.</summary>
    private int CountLeading(ChatRequest request, int[] tokens)
    {
        var start = request.RawCompletion
            ? []
            : request.Messages.TakeWhile(message => message.Role == PromptMessage.System).ToList();
        if (!request.RawCompletion)
        {
            start.Add(new PromptMessage(PromptMessage.User, ""));
        }

        int[] other;
        try
        {
            other = Tokenize(request, start, continueFinalMessage: false);
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
