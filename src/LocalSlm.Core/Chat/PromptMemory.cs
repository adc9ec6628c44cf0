namespace LocalSlm.Chat;

/// <summary>Remembers how recent replies were really tokenised. A model may write a word in other tokens than a tokenizer
/// would; rendered again in the next turn, the reply would then miss the KV cache. Where a prompt begins with a remembered
/// prompt and its reply, word for word, the tokens that were computed are used again. Safe for concurrent use.</summary>
/// <remarks>The reply must be followed by a control token, or end the prompt: only there is the border between tokens certain.
/// Spans are compared with their kind, so that text which merely spells a control token never passes for one.</remarks>
internal sealed class PromptMemory(ITokenizer tokenizer, int capacity = 64) : IPromptTokenizer
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Entry> _entries = new();

    public int[] Tokenize(IReadOnlyList<PromptSpan> prompt, bool addSpecialTokens)
    {
        if (FindLongest(prompt) is { } entry)
        {
            var rest = new List<int>();
            tokenizer.Encode([.. prompt.Skip(entry.SpanCount)], addSpecialTokens: false, rest);
            if (rest.Count == 0 || tokenizer.IsControl(rest[0]) || tokenizer.IsEndOfGeneration(rest[0]))
            {
                return [.. entry.Tokens, .. rest];
            }
        }

        var tokens = new List<int>();
        tokenizer.Encode(prompt, addSpecialTokens, tokens);
        return [.. tokens];
    }

    public void Remember(
        IReadOnlyList<PromptSpan> prompt,
        ReadOnlySpan<int> promptTokens,
        string reply,
        IReadOnlyList<int> replyTokens
    )
    {
        // A prompt that ends in text (a continued reply) would join with the reply to one span when rendered again.
        if (reply.Length == 0 || prompt.Count == 0 || !prompt[^1].IsControl)
        {
            return;
        }

        var entry = new Entry([.. prompt, new PromptSpan(reply, IsControl: false)], [.. promptTokens, .. replyTokens]);
        lock (_gate)
        {
            _entries.AddFirst(entry);
            if (_entries.Count > capacity)
            {
                _entries.RemoveLast();
            }
        }
    }

    private Entry? FindLongest(IReadOnlyList<PromptSpan> prompt)
    {
        lock (_gate)
        {
            LinkedListNode<Entry>? best = null;
            for (var node = _entries.First; node is not null; node = node.Next)
            {
                if ((best is null || node.Value.SpanCount > best.Value.SpanCount) && node.Value.IsStartOf(prompt))
                {
                    best = node;
                }
            }

            if (best is null)
            {
                return null;
            }

            _entries.Remove(best);
            _entries.AddFirst(best);
            return best.Value;
        }
    }

    private sealed class Entry(PromptSpan[] spans, int[] tokens)
    {
        public int SpanCount => spans.Length;

        public int[] Tokens => tokens;

        public bool IsStartOf(IReadOnlyList<PromptSpan> prompt)
        {
            if (prompt.Count < spans.Length)
            {
                return false;
            }

            // From the end: conversations differ there first.
            for (var i = spans.Length - 1; i >= 0; i--)
            {
                if (spans[i] != prompt[i])
                {
                    return false;
                }
            }

            return true;
        }
    }
}
