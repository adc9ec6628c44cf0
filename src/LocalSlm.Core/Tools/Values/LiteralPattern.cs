namespace LocalSlm.Tools;

/// <summary>Makes patterns that find a text.</summary>
internal static class LiteralPattern
{
    /// <summary>Gets the pattern (ECMA-262, flag <c>u</c>) of a text of characters of the basic plane.</summary>
    public static string Of(string text) =>
        string.Concat(text.Select(static c => char.IsAsciiLetterOrDigit(c) ? $"{c}" : $"\\u{(int)c:x4}"));
}
