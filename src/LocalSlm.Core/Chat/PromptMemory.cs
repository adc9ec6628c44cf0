namespace LocalSlm.Chat;

/// <summary>Remembers how recent replies were really tokenised. A model may write a word in other tokens than a tokenizer
/// would; rendered again in the next turn, the reply would then miss the KV cache. Where a prompt begins with a remembered
/// prompt and its reply, word for word, the tokens that were computed are used again. Safe for concurrent use.</summary>
/// <remarks>The reply must be followed by a control token, or end the prompt: only there is the border between tokens certain.
/// Spans of the prompt are compared with their kind, so that text which merely spells a control token never passes for one. Of the
/// reply, control tokens must be the template's own markup; its text may be either: a template writes around reasoning and calls
/// what the model wrote there itself.</remarks>
internal sealed class PromptMemory(ITokenizer tokenizer, int capacity = 64) : IPromptTokenizer
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Entry> _entries = new();

    public int[] Tokenize(IReadOnlyList<PromptSpan> prompt, bool addSpecialTokens)
    {
        if (FindLongest(prompt, out var behind) is { } entry)
        {
            var rest = new List<int>();
            tokenizer.Encode(behind, addSpecialTokens: false, rest);
            if (rest.Count == 0 || tokenizer.IsControl(rest[0]) || tokenizer.IsEndOfGeneration(rest[0]))
            {
                return [.. entry.Tokens, .. rest];
            }
        }

        var tokens = new List<int>();
        tokenizer.Encode(prompt, addSpecialTokens, tokens);
        return [.. tokens];
    }

    public void Remember(IReadOnlyList<PromptSpan> prompt, ReadOnlySpan<int> promptTokens, SpelledReply reply)
    {
        // A prompt that ends in text (a continued reply) would join with the reply to one span when rendered again.
        if (reply.Spans.Count == 0 || prompt.Count == 0 || !prompt[^1].IsControl)
        {
            return;
        }

        var entry = new Entry([.. prompt], [.. reply.Spans], [.. promptTokens, .. reply.Tokens]);
        lock (_gate)
        {
            _entries.AddFirst(entry);
            if (_entries.Count > capacity)
            {
                _entries.RemoveLast();
            }
        }
    }

    private Entry? FindLongest(IReadOnlyList<PromptSpan> prompt, out IReadOnlyList<PromptSpan> behind)
    {
        behind = [];
        lock (_gate)
        {
            LinkedListNode<Entry>? best = null;
            for (var node = _entries.First; node is not null; node = node.Next)
            {
                if (
                    (best is null || node.Value.Tokens.Length > best.Value.Tokens.Length)
                    && node.Value.FindRest(prompt) is { } rest
                )
                {
                    (best, behind) = (node, rest);
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

    private sealed class Entry(PromptSpan[] prompt, PromptSpan[] reply, int[] tokens)
    {
        public int[] Tokens => tokens;

        /// <summary>Finds what stands behind the remembered prompt and its reply; <see langword="null"/> if the prompt does not begin
        /// with them.</summary>
        public List<PromptSpan>? FindRest(IReadOnlyList<PromptSpan> other)
        {
            if (other.Count < prompt.Length || !StartsAlike(other))
            {
                return null;
            }

            // Behind the remembered prompt a template may go on with markup in the same span.
            var (span, at) = (prompt.Length - 1, prompt[^1].Text.Length);
            foreach (var piece in reply)
            {
                var rest = piece.Text.AsSpan();
                while (!rest.IsEmpty)
                {
                    if (at == other[span].Text.Length)
                    {
                        if (++span == other.Count)
                        {
                            return null;
                        }

                        at = 0;
                    }

                    var here = other[span].Text.AsSpan(at);
                    var length = Math.Min(here.Length, rest.Length);
                    if ((piece.IsControl && !other[span].IsControl) || !here[..length].SequenceEqual(rest[..length]))
                    {
                        return null;
                    }

                    rest = rest[length..];
                    at += length;
                }
            }

            var behind = new List<PromptSpan>();
            if (at < other[span].Text.Length)
            {
                behind.Add(other[span] with { Text = other[span].Text[at..] });
            }

            behind.AddRange(other.Skip(span + 1));
            return behind;
        }

        private bool StartsAlike(IReadOnlyList<PromptSpan> other)
        {
            var last = prompt.Length - 1;
            if (!other[last].IsControl || !other[last].Text.StartsWith(prompt[last].Text, StringComparison.Ordinal))
            {
                return false;
            }

            // From the end: conversations differ there first.
            for (var i = last - 1; i >= 0; i--)
            {
                if (prompt[i] != other[i])
                {
                    return false;
                }
            }

            return true;
        }
    }
}
