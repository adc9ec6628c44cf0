namespace LocalSlm.Constraints.Regular;

/// <summary>Which spellings of a JSON string's characters are accepted.</summary>
internal enum JsonEscaping
{
    /// <summary>All that JSON allows: a character as it stands, its short escape, <c>\uXXXX</c> with digits of either case.</summary>
    Any,

    /// <summary>One spelling for each character: as it stands, or where that is not allowed the short escape, or <c>\u00xx</c> in
    /// lower case where there is none. Then text that is fixed has fixed bytes.</summary>
    Needed,
}
