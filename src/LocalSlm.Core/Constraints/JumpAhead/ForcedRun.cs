using System.Text;
using LocalSlm.Constraints.Automaton;
using LocalSlm.Constraints.Masking;

namespace LocalSlm.Constraints.JumpAhead;

/// <summary>Turns the text that a grammar forces into tokens, as they would stand had the model's own tokenizer made them: together with
/// the end of what was generated, and without the last ones where a longer token could stand in their place. Reused; the owner
/// thread's own.</summary>
internal sealed class ForcedRun(ITokenizer tokenizer)
{
    /// <summary>How far back generated tokens are looked at.</summary>
    private const int MostContextTokens = 8;

    private readonly PlainEncoder _encoder = new(tokenizer);
    private readonly List<int> _encoded = [];
    private readonly List<byte> _bytes = [];
    private readonly List<int> _starts = [];
    private readonly List<int> _ends = [];

    /// <summary>Gets the tokens to append.</summary>
    public List<int> Tokens { get; } = [];

    /// <summary>Gets how many of the last generated tokens they stand in for.</summary>
    public int Removed { get; private set; }

    /// <summary>Gets how many bytes of the forced text they hold; control tokens count with their frames.</summary>
    public int Covered { get; private set; }

    /// <summary>Finds the tokens.</summary>
    /// <param name="masks">The grammar.</param>
    /// <param name="from">The state behind the generated tokens.</param>
    /// <param name="generated">The generated tokens.</param>
    /// <param name="removable">How many of the last of them may be taken away.</param>
    /// <param name="isStart">Whether no text was generated yet, and a space at its beginning does not count.</param>
    /// <returns><see langword="false"/> if nothing can be appended.</returns>
    public bool TryFind(GrammarMasks masks, GrammarState from, ReadOnlySpan<int> generated, int removable, bool isStart)
    {
        Tokens.Clear();
        (Removed, Covered) = (0, 0);
        var forced = masks.States.Force(from);
        ReadOnlySpan<byte> rest = forced.Bytes;
        while (!rest.IsEmpty)
        {
            if (rest[0] == MarkerBytes.Begin)
            {
                var end = rest.IndexOf(MarkerBytes.End);
                if (end < 0 || masks.Vocabulary.FindControl(rest[1..end]) is not { } control)
                {
                    break;
                }

                Tokens.Add(control);
                Covered += end + 1;
                rest = rest[(end + 1)..];
                continue;
            }

            var marker = rest.IndexOf(MarkerBytes.Begin);
            var text = WholeCharacters(marker < 0 ? rest : rest[..marker]);
            if (text.IsEmpty)
            {
                break;
            }

            var behind = masks.States.Step(from, forced.Bytes.AsSpan(0, Covered + text.Length));
            var isFirst = Covered == 0;
            var context = isFirst ? ContextOf(generated, masks.Vocabulary) : [];
            var covered = AddText(
                masks,
                text,
                behind,
                heals: marker < 0 && !behind.IsTerminal,
                context,
                Math.Min(removable, context.Length),
                isStart && isFirst
            );
            Covered += covered;
            rest = rest[covered..];
            if (covered < text.Length)
            {
                break;
            }
        }

        return Covered > 0;
    }

    /// <summary>Appends the tokens of one piece of text.</summary>
    /// <returns>How many bytes of it they hold.</returns>
    private int AddText(
        GrammarMasks masks,
        ReadOnlySpan<byte> text,
        GrammarState behind,
        bool heals,
        ReadOnlySpan<int> context,
        int removable,
        bool isStart
    )
    {
        _bytes.Clear();
        _ends.Clear();
        foreach (var token in context)
        {
            _bytes.AddRange(masks.Vocabulary.GetBytes(token));
            _ends.Add(_bytes.Count);
        }

        var old = _bytes.Count;
        _bytes.AddRange(text);
        if (!TryEncode(masks.Vocabulary, isStart))
        {
            return 0;
        }

        // The last place where both sequences have a border, and behind which tokens may be taken away.
        var kept = context.Length;
        var first = -1;
        for (; kept >= context.Length - removable; kept--)
        {
            first = _starts.IndexOf(kept == 0 ? 0 : _ends[kept - 1]);
            if (first >= 0)
            {
                break;
            }
        }

        if (first < 0)
        {
            return CoverKeeping(masks, behind, heals, old);
        }

        var count = heals ? CountFixed(masks, behind, first) : _encoded.Count;
        var end = count == _encoded.Count ? _bytes.Count : _starts[count];
        if (end <= old)
        {
            return 0;
        }

        Removed += context.Length - kept;
        Tokens.AddRange(_encoded[first..count]);
        return end - old;
    }

    /// <summary>Tokenises the context and the text, and finds where each token begins.</summary>
    private bool TryEncode(TokenVocabulary vocabulary, bool isStart)
    {
        var bytes = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_bytes);
        if (
            !System.Text.Unicode.Utf8.IsValid(bytes)
            || !_encoder.TryEncode(Encoding.UTF8.GetString(bytes), isControl: false, isStart, _encoded)
        )
        {
            return false;
        }

        _starts.Clear();
        var at = 0;
        foreach (var token in _encoded)
        {
            _starts.Add(at);
            var piece = vocabulary.GetBytes(token);
            if (at == 0 && isStart && tokenizer.AddsSpaceBeforeText && piece is [(byte)' ', ..])
            {
                piece = piece[1..];
            }

            if (!bytes[at..].StartsWith(piece) || vocabulary.IsControl(token))
            {
                return false;
            }

            at += piece.Length;
        }

        return at == bytes.Length;
    }

    /// <summary>Counts the leading tokens that no longer one could stand in for, once the model goes on.</summary>
    private int CountFixed(GrammarMasks masks, GrammarState behind, int first)
    {
        var bytes = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_bytes);
        for (var i = first; i < _encoded.Count; i++)
        {
            var rest = bytes[_starts[i]..];
            if (rest.Length <= masks.Vocabulary.All.Deepest && masks.CanGoOn(rest, behind))
            {
                return i;
            }
        }

        return _encoded.Count;
    }

    /// <summary>Appends tokens where the generated ones must stay, although other borders would be the tokenizer's own.</summary>
    private int CoverKeeping(GrammarMasks masks, GrammarState behind, bool heals, int old)
    {
        var next = _starts.FindIndex(start => start > old);
        var border = next < 0 ? _bytes.Count : _starts[next];
        next = next < 0 ? _encoded.Count : next;
        var count = heals ? Math.Max(next, CountFixed(masks, behind, next)) : _encoded.Count;
        var end = count == _encoded.Count ? _bytes.Count : _starts[count];
        var bytes = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_bytes);
        if (heals && end == border && end == bytes.Length)
        {
            // One piece up to the next choice: the mask leads through it.
            return 0;
        }

        var had = Tokens.Count;
        for (var at = old; at < border; )
        {
            var token = masks.Vocabulary.All.FindLongest(bytes[at..border], out var length);
            if (token < 0)
            {
                Tokens.RemoveRange(had, Tokens.Count - had);
                return 0;
            }

            Tokens.Add(token);
            at += length;
        }

        Tokens.AddRange(_encoded[next..count]);
        return end - old;
    }

    // Text tokens at the end, from a character's beginning on.
    private static ReadOnlySpan<int> ContextOf(ReadOnlySpan<int> generated, TokenVocabulary vocabulary)
    {
        var from = generated.Length;
        while (
            from > 0
            && generated.Length - from < MostContextTokens
            && !vocabulary.IsControl(generated[from - 1])
            && !vocabulary.GetBytes(generated[from - 1]).IsEmpty
        )
        {
            from--;
        }

        while (from < generated.Length && (vocabulary.GetBytes(generated[from])[0] & 0xC0) == 0x80)
        {
            from++;
        }

        return generated[from..];
    }

    private static ReadOnlySpan<byte> WholeCharacters(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.Length;
        while (end > 0 && bytes.Length - end < 4 && !System.Text.Unicode.Utf8.IsValid(bytes[..end]))
        {
            end--;
        }

        return bytes[..end];
    }
}
