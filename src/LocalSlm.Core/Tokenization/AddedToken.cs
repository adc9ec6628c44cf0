namespace LocalSlm.Tokenization;

/// <summary>A token that is looked for in text before the text is split.</summary>
internal sealed record AddedToken
{
    /// <summary>Gets the id.</summary>
    public required int Id { get; init; }

    /// <summary>Gets the text that it stands for.</summary>
    public required string Content { get; init; }

    /// <summary>Gets whether it takes the white space before it.</summary>
    public bool StripsLeft { get; init; }

    /// <summary>Gets whether it takes the white space behind it.</summary>
    public bool StripsRight { get; init; }

    /// <summary>Gets whether it must stand alone: no word character at either side.</summary>
    public bool IsSingleWord { get; init; }

    /// <summary>Gets whether it is looked for in the normalised text.</summary>
    public bool IsNormalized { get; init; }

    /// <summary>Gets whether it marks structure and is left out of replies.</summary>
    public bool IsSpecial { get; init; }

    /// <summary>Gets whether a caller's text never becomes this token: the special ones, and the others that are written like
    /// markup, such as <c>&lt;think&gt;</c> or <c>[TOOL_CALLS]</c>.</summary>
    public bool IsControlOnly =>
        IsSpecial || (Content.Length >= 3 && (Content[0], Content[^1]) is ('<', '>') or ('[', ']'));
}
