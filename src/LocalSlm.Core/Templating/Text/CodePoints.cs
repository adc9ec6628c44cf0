namespace LocalSlm.Templating;

/// <summary>Positions in strings as Python counts them: in code points, where .NET counts UTF-16 units.</summary>
internal static class CodePoints
{
    public static bool HasSurrogates(string text) => text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF');

    public static int LengthAt(string text, int index) =>
        char.IsHighSurrogate(text[index]) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]) ? 2 : 1;

    public static int Count(string text) => HasSurrogates(text) ? Count(text, text.Length) : text.Length;

    /// <summary>Counts the code points before a UTF-16 position.</summary>
    public static int Count(string text, int end)
    {
        int count = 0;
        for (int i = 0; i < end; i += LengthAt(text, i))
        {
            count++;
        }

        return count;
    }

    /// <summary>Finds the UTF-16 position of a code point, which may be one past the last.</summary>
    public static int OffsetOf(string text, int codePoint)
    {
        if (!HasSurrogates(text))
        {
            return codePoint;
        }

        int offset = 0;
        for (; codePoint > 0 && offset < text.Length; codePoint--)
        {
            offset += LengthAt(text, offset);
        }

        return offset;
    }

    /// <summary>Compares as Python does, by code point.</summary>
    public static int Compare(string left, string right)
    {
        int common = left.AsSpan().CommonPrefixLength(right);
        if (common == left.Length || common == right.Length)
        {
            return left.Length.CompareTo(right.Length);
        }

        char a = left[common];
        char b = right[common];
        // A surrogate stands for a code point above all those that fit one unit.
        return char.IsSurrogate(a) == char.IsSurrogate(b) ? a.CompareTo(b)
            : char.IsSurrogate(a) ? 1
            : -1;
    }

    /// <summary>Whether Python's <c>str.isspace</c> holds for a character; .NET differs on the four separators U+001C to U+001F.</summary>
    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\u001c' and <= '\u001f';
}
