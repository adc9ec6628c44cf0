namespace LocalSlm.Gguf.Runtime;

/// <summary>A token that is found in text before anything is split into words.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Text">Its text, in UTF-8.</param>
/// <param name="ControlOnly">Whether it may only come from what a chat template wrote, never from a caller's text.</param>
/// <param name="MatchesAlways">Whether the native tokenizer finds it even when told not to parse special tokens.</param>
/// <param name="LeftStrip">Whether it swallows the white space before it.</param>
/// <param name="RightStrip">Whether it swallows the white space after it.</param>
internal sealed record SpecialToken(
    int Id,
    byte[] Text,
    bool ControlOnly,
    bool MatchesAlways,
    bool LeftStrip,
    bool RightStrip
)
{
    /// <summary>Tells whether a token with these attributes is found before text is split.</summary>
    public static bool IsSpecial(TokenAttributes attributes) =>
        (attributes & (TokenAttributes.Control | TokenAttributes.UserDefined | TokenAttributes.Unknown)) != 0;

    /// <summary>Makes an entry for a token of the vocabulary, or <see langword="null"/> if it is an ordinary one.</summary>
    public static SpecialToken? From(int id, byte[] text, TokenAttributes attributes)
    {
        if (!IsSpecial(attributes) || text.Length == 0)
        {
            return null;
        }

        var always = (attributes & (TokenAttributes.Control | TokenAttributes.Unknown)) == 0;
        return new SpecialToken(
            id,
            text,
            ControlOnly: !always || LooksLikeMarkup(text),
            MatchesAlways: always,
            (attributes & TokenAttributes.LeftStrip) != 0,
            (attributes & TokenAttributes.RightStrip) != 0
        );
    }

    /// <summary>User-defined tokens are of two kinds: markers of structure, such as <c>&lt;think&gt;</c> or <c>[TOOL_CALLS]</c>, and
    /// mere text that the vocabulary keeps whole, such as runs of spaces. Markers are written in brackets.</summary>
    private static bool LooksLikeMarkup(ReadOnlySpan<byte> text) =>
        text.Length >= 3 && (text[0], text[^1]) is ((byte)'<', (byte)'>') or ((byte)'[', (byte)']');
}
