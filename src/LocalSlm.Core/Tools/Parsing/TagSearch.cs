namespace LocalSlm.Tools;

/// <summary>Finds the end tag of a body that comes piece by piece.</summary>
internal static class TagSearch
{
    /// <summary>Finds a tag.</summary>
    /// <param name="text">The text.</param>
    /// <param name="tag">The tag.</param>
    /// <param name="isFinal">Whether nothing follows the text.</param>
    /// <param name="certain">How many characters stand before the tag, or before what may become it; all if there is nothing of the
    /// kind.</param>
    /// <returns>Whether the tag stands at <paramref name="certain"/>.</returns>
    public static bool TryFind(ReadOnlySpan<char> text, string tag, bool isFinal, out int certain)
    {
        certain = text.IndexOf(tag, StringComparison.Ordinal);
        if (certain >= 0)
        {
            return true;
        }

        certain = isFinal ? text.Length : text.Length - HeldAtEnd(text, tag);
        return false;
    }

    /// <summary>Tells whether a tag begins the text, or may once more of it is there.</summary>
    public static bool MayStart(ReadOnlySpan<char> text, string tag, bool isFinal) =>
        text.StartsWith(tag, StringComparison.Ordinal)
        || (!isFinal && text.Length < tag.Length && tag.AsSpan().StartsWith(text));

    /// <summary>Gives how many characters at the text's end may be the beginning of the tag.</summary>
    private static int HeldAtEnd(ReadOnlySpan<char> text, string tag)
    {
        for (int length = Math.Min(text.Length, tag.Length - 1); length > 0; length--)
        {
            if (tag.AsSpan().StartsWith(text[^length..]))
            {
                return length;
            }
        }

        return 0;
    }
}
