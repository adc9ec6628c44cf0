using System.Collections.Concurrent;
using LocalSlm.Constraints.Automaton;

namespace LocalSlm.Constraints.Masking;

/// <summary>The bytes of a model's tokens as constraints see them. Safe for concurrent use.</summary>
/// <param name="tokenizer">The tokenizer.</param>
/// <param name="size">The number of logits, which may be more than the tokenizer's tokens.</param>
internal sealed class TokenBytes(ITokenizer tokenizer, int size)
{
    private readonly ConcurrentDictionary<int, byte[]> _controls = new();

    /// <summary>Gets the number of token ids.</summary>
    public int Size => size;

    /// <summary>Gets the bytes of a token: of text its UTF-8, of a control token <see cref="MarkerBytes"/>; empty for tokens that no
    /// grammar takes.</summary>
    public ReadOnlySpan<byte> Get(int token)
    {
        if (token >= Math.Min(size, tokenizer.VocabularySize))
        {
            return [];
        }

        var bytes = tokenizer.GetBytes(token);
        if (!bytes.IsEmpty)
        {
            // Bytes that stand in no UTF-8 text frame control tokens here.
            return bytes.ContainsAny(MarkerBytes.Begin, MarkerBytes.End) ? [] : bytes;
        }

        return _controls.TryGetValue(token, out var known) ? known : _controls.GetOrAdd(token, ReadControl(token));
    }

    private byte[] ReadControl(int token) =>
        tokenizer.IsControl(token) && tokenizer.GetName(token) is { Length: > 0 } name ? MarkerBytes.Of(name) : [];
}
