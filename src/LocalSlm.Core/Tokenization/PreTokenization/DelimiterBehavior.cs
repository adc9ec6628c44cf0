namespace LocalSlm.Tokenization.PreTokenization;

/// <summary>What becomes of a delimiter when text is split at it.</summary>
internal enum DelimiterBehavior
{
    /// <summary>It is left out.</summary>
    Removed,

    /// <summary>It is a piece of its own.</summary>
    Isolated,

    /// <summary>It ends the piece before it.</summary>
    MergedWithPrevious,

    /// <summary>It begins the piece after it.</summary>
    MergedWithNext,

    /// <summary>Delimiters side by side are one piece.</summary>
    Contiguous,
}
