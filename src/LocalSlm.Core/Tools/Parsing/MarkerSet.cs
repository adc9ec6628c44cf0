using System.Buffers;

namespace LocalSlm.Tools;

/// <summary>Finds markers in a text. Immutable.</summary>
internal sealed class MarkerSet
{
    private readonly ReplyMarker[] _markers;
    private readonly SearchValues<string> _texts;
    private readonly SearchValues<char> _firstCharacters;
    private readonly int _longest;

    public MarkerSet(IEnumerable<ReplyMarker> markers)
    {
        _markers = [.. markers.OrderByDescending(static m => m.Text.Length)];
        _longest = _markers.Length == 0 ? 0 : _markers[0].Text.Length;
        _texts = SearchValues.Create([.. _markers.Select(static m => m.Text)], StringComparison.Ordinal);
        _firstCharacters = SearchValues.Create([.. _markers.Select(static m => m.Text[0]).Distinct()]);
    }

    /// <summary>Finds the first place at or behind <paramref name="from"/> where a marker stands or may be about to stand.</summary>
    /// <param name="text">The text.</param>
    /// <param name="from">Where the search begins.</param>
    /// <param name="isFinal">Whether nothing follows: then what only begins like a marker is none.</param>
    /// <param name="index">The place; the text's length if there is none.</param>
    /// <returns>The longest marker that stands there; <see langword="null"/> if a longer one is still possible, or there is
    /// none.</returns>
    public ReplyMarker? Find(ReadOnlySpan<char> text, int from, bool isFinal, out int index)
    {
        int whole = text[from..].IndexOfAny(_texts);
        int end = whole < 0 ? text.Length : from + whole;

        // A marker that is not complete yet can only stand at the text's end.
        for (int at = Math.Max(from, text.Length - _longest + 1); !isFinal && at < end; at++)
        {
            int offset = text[at..end].IndexOfAny(_firstCharacters);
            if (offset < 0)
            {
                break;
            }

            at += offset;
            if (TryMatchAt(text[at..], isFinal, out var begun))
            {
                index = at;
                return begun;
            }
        }

        index = end;
        return whole >= 0 && TryMatchAt(text[end..], isFinal, out var marker) ? marker : null;
    }

    /// <summary>Tells whether a marker begins the text, or may once more of it is there.</summary>
    /// <returns><see langword="false"/> if no marker can stand here.</returns>
    public bool TryMatchAt(ReadOnlySpan<char> text, bool isFinal, out ReplyMarker? marker)
    {
        foreach (var candidate in _markers)
        {
            if (text.StartsWith(candidate.Text, StringComparison.Ordinal))
            {
                marker = candidate;
                return true;
            }

            // The longest comes first, so what may still become a longer marker waits, whatever shorter one is complete.
            if (!isFinal && text.Length < candidate.Text.Length && candidate.Text.AsSpan().StartsWith(text))
            {
                marker = null;
                return true;
            }
        }

        marker = null;
        return false;
    }
}
