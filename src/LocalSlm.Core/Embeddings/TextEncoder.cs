using System.Runtime.InteropServices;

namespace LocalSlm.Embeddings;

/// <summary>Turns texts into the tokens that an embedding model takes, with what it wants around each, and fits those that are too
/// long. Safe for concurrent use.</summary>
internal sealed class TextEncoder
{
    private readonly ITokenizer _tokenizer;
    private readonly int[] _prefix;
    private readonly int[] _suffix;
    private readonly int _room;
    private readonly bool _matchesSpecialTokens;

    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="maxTokens">The most tokens of one text.</param>
    /// <param name="specialTokensAreText">Whether names of special tokens in a text are plain text.</param>
    public TextEncoder(ITokenizer tokenizer, int maxTokens, bool specialTokensAreText)
    {
        _matchesSpecialTokens = !specialTokensAreText;
        _tokenizer = tokenizer;
        MaxTokens = maxTokens;
        (_prefix, _suffix) = FindSurroundings(tokenizer);
        _room = maxTokens - _prefix.Length - _suffix.Length;
        ArgumentOutOfRangeException.ThrowIfLessThan(_room, 1, nameof(maxTokens));
    }

    /// <summary>Gets the most tokens of one text.</summary>
    public int MaxTokens { get; }

    /// <summary>Encodes texts.</summary>
    /// <param name="texts">The texts, checked.</param>
    /// <param name="prompt">What stands before each.</param>
    /// <param name="policy">What happens to texts that are too long.</param>
    /// <param name="cancellationToken">Ends it, between two texts.</param>
    /// <returns>The tokens.</returns>
    /// <exception cref="TextTooLongException">One is too long and the policy is to refuse it.</exception>
    /// <exception cref="ArgumentException">A text gives no tokens.</exception>
    public EncodedTexts Encode(
        IReadOnlyList<string> texts,
        string prompt,
        OverlongTextPolicy policy,
        CancellationToken cancellationToken
    )
    {
        var items = new List<EmbeddingItem>(texts.Count);
        var body = new List<int>();
        var full = new Dictionary<int, int>();
        PromptSpan[] spans = prompt.Length == 0 ? new PromptSpan[1] : [new(prompt, IsControl: true), default];
        int truncated = 0,
            chunked = 0,
            chunks = 0;
        long tokens = 0,
            dropped = 0;
        for (var index = 0; index < texts.Count; index++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            body.Clear();
            spans[^1] = new PromptSpan(texts[index], IsControl: _matchesSpecialTokens);
            _tokenizer.Encode(spans, addSpecialTokens: false, body);
            var rest = CollectionsMarshal.AsSpan(body);
            if (rest.Length + _prefix.Length + _suffix.Length == 0)
            {
                throw new ArgumentException(
                    $"Text {index} gives no tokens, and this model adds none of its own: there is nothing to make a vector of. "
                        + "Leave empty texts out.",
                    nameof(texts)
                );
            }

            if (rest.Length > _room)
            {
                var length = rest.Length + _prefix.Length + _suffix.Length;
                full.Add(index, length);
                switch (policy)
                {
                    case OverlongTextPolicy.Truncate:
                        truncated++;
                        dropped += rest.Length - _room;
                        rest = rest[.._room];
                        break;
                    case OverlongTextPolicy.AverageChunks:
                        chunked++;
                        var lead = rest[..CountPromptTokens(prompt, rest)];
                        rest = rest[lead.Length..];
                        var room = _room - lead.Length;
                        var parts = (rest.Length + room - 1) / room;
                        chunks += parts;
                        for (; parts > 0; parts--)
                        {
                            // Parts of equal length: a last one of a few tokens would say little.
                            var part = (rest.Length + parts - 1) / parts;
                            tokens += Add(lead, rest[..part], index, items);
                            rest = rest[part..];
                        }

                        continue;
                    default:
                        throw new TextTooLongException(index, length, MaxTokens);
                }
            }

            tokens += Add([], rest, index, items);
        }

        return new EncodedTexts
        {
            Items = items,
            Tokens = tokens,
            FullLengths = full,
            Report = truncated + chunked == 0 ? null : new OverlongReport(truncated, dropped, chunked, chunks),
        };
    }

    /// <summary>Counts the tokens of a text that are its prompt's, which every part of the text begins with: those that the prompt
    /// alone begins with too. Where it leaves no room to speak of, it stands before the first part alone.</summary>
    private int CountPromptTokens(string prompt, ReadOnlySpan<int> tokens)
    {
        if (prompt.Length == 0)
        {
            return 0;
        }

        var alone = new List<int>();
        _tokenizer.Encode([new PromptSpan(prompt, IsControl: true)], addSpecialTokens: false, alone);
        var count = tokens.CommonPrefixLength(CollectionsMarshal.AsSpan(alone));
        return count <= _room / 2 ? count : 0;
    }

    private int Add(ReadOnlySpan<int> lead, ReadOnlySpan<int> body, int text, List<EmbeddingItem> items)
    {
        int[] tokens = [.. _prefix, .. lead, .. body, .. _suffix];
        items.Add(new EmbeddingItem(tokens, text));
        return tokens.Length;
    }

    /// <summary>Finds what the tokenizer puts before and behind a text: the tokens of a text stand between them.</summary>
    private static (int[] Prefix, int[] Suffix) FindSurroundings(ITokenizer tokenizer)
    {
        var bare = new List<int>();
        var whole = new List<int>();
        PromptSpan[] probe = [new("a b", IsControl: false)];
        tokenizer.Encode(probe, addSpecialTokens: false, bare);
        tokenizer.Encode(probe, addSpecialTokens: true, whole);
        var at = CollectionsMarshal.AsSpan(whole).IndexOf(CollectionsMarshal.AsSpan(bare));
        return at < 0
            ? throw new NotSupportedException(
                "The tokenizer gives other tokens for a text where it adds special tokens. Such tokenizers are not supported."
            )
            : ([.. whole[..at]], [.. whole[(at + bare.Count)..]]);
    }
}
