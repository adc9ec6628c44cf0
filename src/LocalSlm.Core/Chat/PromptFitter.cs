namespace LocalSlm.Chat;

/// <summary>Counts a request's prompt before any work, and makes it fit the context as the request's policy says.</summary>
internal sealed class PromptFitter(
    PromptRenderer renderer,
    IPromptTokenizer tokenizer,
    LongestToken longest,
    Func<int> contextTokens
)
{
    // What DropOldestTurns leaves free for a reply whose length the caller did not limit.
    private const int DefaultReplyShare = 8;

    // Another device may hold another context.
    private int ContextTokens => contextTokens();

    /// <summary>Counts and fits.</summary>
    /// <param name="request">The request.</param>
    /// <returns>The prompt.</returns>
    /// <exception cref="ContextOverflowException">It does not fit.</exception>
    public PreparedPrompt Fit(ChatRequest request)
    {
        var all = TryPrepare(request, request.Messages, out var least);
        if (all is { Tokens.Length: 0 })
        {
            throw new ArgumentException("The prompt is empty: no token came out of the messages. Send some text.");
        }

        if (request.OverflowPolicy == OverflowPolicy.DropOldestTurns && !request.RawCompletion)
        {
            return DropOldestTurns(request, all);
        }

        var prompt = ThrowIfTooLong(all, least);
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
    public int Count(ChatRequest request) => Tokenize(request, Render(request, request.Messages)).Tokens.Length;

    private IReadOnlyList<PromptSpan> Render(ChatRequest request, IReadOnlyList<PromptMessage> messages) =>
        renderer.Render(request, messages, request.ContinueFinalMessage);

    private PreparedPrompt Tokenize(ChatRequest request, IReadOnlyList<PromptSpan> spans) =>
        new(spans, tokenizer.Tokenize(spans, PromptRenderer.AddsSpecialTokens(request)), null, 0, 0);

    /// <summary>Prepares a prompt unless its length alone tells that it cannot fit.</summary>
    /// <param name="request">The request.</param>
    /// <param name="messages">The messages.</param>
    /// <param name="least">The least tokens that it has.</param>
    /// <returns>The prompt, or <see langword="null"/>.</returns>
    private PreparedPrompt? TryPrepare(ChatRequest request, IReadOnlyList<PromptMessage> messages, out int least)
    {
        var spans = Render(request, messages);
        least = longest.CountLeast(spans);
        return least >= ContextTokens ? null : Tokenize(request, spans);
    }

    /// <summary>Leaves room for one token of reply at least.</summary>
    private PreparedPrompt ThrowIfTooLong(PreparedPrompt? prompt, int least)
    {
        if (prompt is not { } counted)
        {
            throw new ContextOverflowException(least, ContextTokens, isLowerBound: true);
        }

        return counted.Tokens.Length < ContextTokens
            ? counted
            : throw new ContextOverflowException(counted.Tokens.Length, ContextTokens);
    }

    private PreparedPrompt DropOldestTurns(ChatRequest request, PreparedPrompt? all)
    {
        var room = Math.Min(request.MaxOutputTokens ?? ContextTokens / DefaultReplyShare, ContextTokens / 2);
        var limit = ContextTokens - Math.Max(room, 1);
        if (all is { } whole && whole.Tokens.Length <= limit)
        {
            return whole;
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
            var prompt = TryPrepare(request, turns.Without(middle), out _);
            if (prompt is { } counted && counted.Tokens.Length <= limit)
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
            best = ThrowIfTooLong(TryPrepare(request, turns.Without(dropped), out var least), least);
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
            var alone = request with { ContinueFinalMessage = false };
            other = Tokenize(alone, Render(alone, start)).Tokens;
        }
        catch (ChatTemplateException)
        {
            // The template wants more of a conversation; then nothing is known to be the system part.
            other = [];
        }

        var common = tokens.AsSpan().CommonPrefixLength(other);
        return Math.Min(common, ContextTokens / 2);
    }
}
