using System.Buffers;
using LocalSlm.Tokenization.Patterns;

namespace LocalSlm.Tokenization;

/// <summary>Finds added tokens in text: the leftmost, of those the longest. Safe for concurrent use.</summary>
internal sealed class AddedTokenMatcher
{
    /// <summary>The length up to which tokens are believed: it bounds what each place of a text costs.</summary>
    public const int MostCharacters = 1_024;

    private readonly Node _root = new();
    private readonly SearchValues<char> _first;
    private readonly bool _hasAny;

    /// <summary>Makes a matcher.</summary>
    /// <param name="tokens">The tokens, each with the text to look for. Of two with the same text the first counts.</param>
    /// <exception cref="FormatException">A text is too long.</exception>
    public AddedTokenMatcher(IEnumerable<(AddedToken Token, string Text)> tokens)
    {
        var first = new HashSet<char>();
        foreach (var (token, text) in tokens)
        {
            if (text.Length > MostCharacters)
            {
                throw new FormatException(
                    $"The added token {token.Id} has {text.Length} characters; the limit is {MostCharacters}."
                );
            }

            if (text.Length == 0)
            {
                continue;
            }

            first.Add(text[0]);
            var node = _root;
            foreach (var character in text)
            {
                node = node.GetOrAdd(character);
            }

            node.Token ??= token;
        }

        _hasAny = first.Count > 0;
        _first = SearchValues.Create([.. first]);
    }

    /// <summary>Cuts a text at its added tokens.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isFromCaller">Tells whether a part of the text holds any character that a caller wrote;
    /// <see langword="null"/> if none does.</param>
    /// <param name="parts">Receives tokens and the text between them, in order; nothing for an empty text.</param>
    public void Cut(ReadOnlySpan<char> text, Func<int, int, bool>? isFromCaller, List<AddedTokenMatch> parts)
    {
        var start = 0;

        // Up to here is white space only, from behind the last token that was looked behind: none of it is looked at twice.
        var spaceEnd = 0;
        for (var at = 0; _hasAny && at < text.Length; )
        {
            var offset = text[at..].IndexOfAny(_first);
            if (offset < 0)
            {
                break;
            }

            at += offset;
            if (FindAt(text, at, isFromCaller, out var end) is not { } token)
            {
                at++;
                continue;
            }

            if (token.IsSingleWord && !StandsAlone(text, at, end))
            {
                // The reference goes on behind the match, not behind its first character.
                at = end;
                continue;
            }

            // What an earlier token took with its right strip is not taken again by a left strip, but a token found in it is a
            // token still, and the text goes on behind that: so it is in the reference, down to the offsets.
            var left = token.StripsLeft ? Math.Max(SkipSpaceBefore(text, at, start), start) : at;
            at = end;
            if (token.StripsRight)
            {
                end = Math.Max(end, spaceEnd);
                while (end < text.Length && char.IsWhiteSpace(text[end]))
                {
                    end++;
                }

                spaceEnd = end;
            }

            if (start < left)
            {
                parts.Add(new AddedTokenMatch(-1, start, left));
            }

            parts.Add(new AddedTokenMatch(token.Id, left, end));
            start = end;
        }

        if (start < text.Length)
        {
            parts.Add(new AddedTokenMatch(-1, start, text.Length));
        }
    }

    private AddedToken? FindAt(ReadOnlySpan<char> text, int start, Func<int, int, bool>? isFromCaller, out int end)
    {
        AddedToken? best = null;
        end = start;
        var node = _root;
        for (var at = start; at < text.Length && node.Find(text[at]) is { } next; at++)
        {
            node = next;
            if (
                node.Token is { } token
                && (isFromCaller is null || !token.IsControlOnly || !isFromCaller(start, at + 1))
            )
            {
                best = token;
                end = at + 1;
            }
        }

        return best;
    }

    private static int SkipSpaceBefore(ReadOnlySpan<char> text, int at, int least)
    {
        while (at > least && char.IsWhiteSpace(text[at - 1]))
        {
            at--;
        }

        return at;
    }

    private static bool StandsAlone(ReadOnlySpan<char> text, int start, int end)
    {
        var word = UnicodeSets.Word;
        return !(start > 0 && word.Contains(Before(text, start)))
            && !(end < text.Length && word.Contains(At(text, end)));
    }

    private static int At(ReadOnlySpan<char> text, int index) =>
        index + 1 < text.Length && char.IsSurrogatePair(text[index], text[index + 1])
            ? char.ConvertToUtf32(text[index], text[index + 1])
            : text[index];

    private static int Before(ReadOnlySpan<char> text, int index) =>
        index > 1 && char.IsSurrogatePair(text[index - 2], text[index - 1])
            ? char.ConvertToUtf32(text[index - 2], text[index - 1])
            : text[index - 1];

    private sealed class Node
    {
        private Dictionary<char, Node>? _more;
        private char _character;
        private Node? _only;

        public AddedToken? Token { get; set; }

        public Node? Find(char character) =>
            _more is not null ? _more.GetValueOrDefault(character)
            : _only is not null && _character == character ? _only
            : null;

        public Node GetOrAdd(char character)
        {
            if (Find(character) is { } known)
            {
                return known;
            }

            var node = new Node();
            if (_only is null)
            {
                (_character, _only) = (character, node);
                return node;
            }

            _more ??= new Dictionary<char, Node> { [_character] = _only };
            _more.Add(character, node);
            return node;
        }
    }
}
