namespace LocalSlm;

/// <summary>What happens to a text that has more tokens than an embedding model takes.</summary>
public enum OverlongTextPolicy
{
    /// <summary>The request fails with <see cref="TextTooLongException"/> before any work. The default: a vector of the first
    /// part of a text does not find what stands in the rest.</summary>
    Error,

    /// <summary>The tokens that do not fit are left out, at the end of the text. It is reported.</summary>
    Truncate,

    /// <summary>The text is cut into parts that fit, and its vector is the mean of theirs, weighted by their tokens. It is
    /// reported.</summary>
    AverageChunks,
}
