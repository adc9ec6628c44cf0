namespace LocalSlm.Constraints.Regular;

/// <summary>What a <see cref="PatternStep"/> does.</summary>
internal enum PatternStepKind
{
    /// <summary>The text belongs to the language, whatever follows.</summary>
    Match,

    /// <summary>Takes one character of a set.</summary>
    Take,

    /// <summary>Goes two ways.</summary>
    Fork,

    /// <summary>Goes on where the characters before and after allow it.</summary>
    Check,

    /// <summary>Goes on where the rest of the text is what a look ahead wants.</summary>
    Look,
}
