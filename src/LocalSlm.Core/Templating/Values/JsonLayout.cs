namespace LocalSlm.Templating;

/// <summary>How JSON is laid out.</summary>
/// <param name="Indent">What one level of indentation is, or <see langword="null"/> for one line.</param>
/// <param name="ItemSeparator">What stands between elements.</param>
/// <param name="KeySeparator">What stands between a key and its value.</param>
/// <param name="SortKeys">Whether keys are sorted.</param>
/// <param name="EnsureAscii">Whether all else but ASCII is escaped.</param>
internal sealed record JsonLayout(
    string? Indent,
    string ItemSeparator,
    string KeySeparator,
    bool SortKeys,
    bool EnsureAscii
)
{
    public static readonly JsonLayout Compact = new(null, ", ", ": ", false, false);
}
