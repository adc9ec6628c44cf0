namespace LocalSlm.Constraints.Regular;

/// <summary>How large automata may grow, so that no pattern and no list takes the machine down.</summary>
internal static class RegularLimits
{
    /// <summary>The most states of an automaton over characters.</summary>
    public const int MostStates = 1_000_000;

    /// <summary>The most ranges on all transitions of an automaton over characters together.</summary>
    public const int MostEdges = 4_000_000;

    /// <summary>The most states of an automaton over bytes: escapes and UTF-8 make about ten out of one.</summary>
    public const int MostByteStates = 2_000_000;

    /// <summary>The most characters of all literals of a list together.</summary>
    public const int MostLiteralCharacters = 8_000_000;

    /// <summary>The longest pattern, in UTF-16 units.</summary>
    public const int MostPatternCharacters = 65_536;

    /// <summary>The deepest nesting of groups.</summary>
    public const int MostPatternNesting = 200;

    /// <summary>The most steps of a pattern once its counted repetitions are written out.</summary>
    public const int MostPatternSteps = 100_000;

    /// <summary>The most states that a pattern may have before equal ones become one.</summary>
    public const int MostPatternStates = 50_000;

    /// <summary>The most visits of steps while a pattern's states are found: a few hundred milliseconds.</summary>
    public const long MostPatternWork = 8_000_000;

    /// <summary>The most entries of the table that tells which set of a pattern holds which class of characters.</summary>
    public const long MostPatternMembers = 16_000_000;

    /// <summary>The most transitions by class for which equal states are looked for.</summary>
    public const int MostMinimized = 8_000_000;

    /// <summary>Tells that a limit was passed.</summary>
    /// <param name="source">What was given, as in <see cref="GrammarException.GrammarSource"/>.</param>
    /// <param name="what">What there is too much of.</param>
    /// <param name="limit">How many may be.</param>
    public static GrammarException TooLarge(string source, string what, long limit) =>
        new(source, $"it is too large: more than {limit} {what}. Simplify it, or count less far.");
}
