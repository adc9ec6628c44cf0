namespace LocalSlm.Chat;

/// <summary>Refuses text that is not Unicode, before it would silently become replacement characters.</summary>
internal static class TextGuard
{
    /// <summary>Checks for surrogates without their other half.</summary>
    /// <param name="text">The text, or <see langword="null"/>.</param>
    /// <param name="name">What it is, for the message.</param>
    /// <exception cref="ArgumentException">There is one.</exception>
    public static void ThrowIfNotUnicode(string? text, string name)
    {
        var rest = text.AsSpan();
        var offset = 0;
        while (rest.IndexOfAnyInRange('\uD800', '\uDFFF') is var at and >= 0)
        {
            var isPair = at + 1 < rest.Length && char.IsSurrogatePair(rest[at], rest[at + 1]);
            if (!isPair)
            {
                throw new ArgumentException(
                    $"{name} is not valid Unicode: a lone surrogate U+{(int)rest[at]:X4} stands at character {offset + at}. "
                        + "Cut text between characters, or replace it by U+FFFD.",
                    name
                );
            }

            offset += at + 2;
            rest = rest[(at + 2)..];
        }
    }
}
