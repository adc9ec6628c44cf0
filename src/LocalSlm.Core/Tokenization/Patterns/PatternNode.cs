namespace LocalSlm.Tokenization.Patterns;

/// <summary>A node of a parsed pattern.</summary>
internal abstract record PatternNode
{
    private PatternNode() { }

    /// <summary>Nothing.</summary>
    public sealed record Empty : PatternNode;

    /// <summary>One code point out of a set.</summary>
    public sealed record Characters(CodePointSet Set) : PatternNode;

    /// <summary>One after the other.</summary>
    public sealed record Sequence(IReadOnlyList<PatternNode> Items) : PatternNode;

    /// <summary>The first that leads to a match.</summary>
    public sealed record Alternation(IReadOnlyList<PatternNode> Items) : PatternNode;

    /// <summary>A repetition.</summary>
    /// <param name="Item">What is repeated.</param>
    /// <param name="Least">How often at least.</param>
    /// <param name="Most">How often at most; -1 for no limit.</param>
    /// <param name="IsLazy">Whether few are tried before many.</param>
    public sealed record Repetition(PatternNode Item, int Least, int Most, bool IsLazy) : PatternNode;

    /// <summary>A place between two code points.</summary>
    /// <param name="Before">What may stand before; <see langword="null"/> for anything or the start.</param>
    /// <param name="AllowsStart">Whether it may be the start of the text.</param>
    /// <param name="After">What may follow; <see langword="null"/> for anything or the end.</param>
    /// <param name="AllowsEnd">Whether it may be the end of the text.</param>
    public sealed record Boundary(CodePointSet? Before, bool AllowsStart, CodePointSet? After, bool AllowsEnd)
        : PatternNode;

    /// <summary>A look ahead at more than one code point.</summary>
    public sealed record LookAhead(PatternNode Item, bool IsNegative) : PatternNode;
}
