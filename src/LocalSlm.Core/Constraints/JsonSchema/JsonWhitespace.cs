namespace LocalSlm.Constraints.JsonSchema;

/// <summary>Where white space may stand in generated JSON.</summary>
internal enum JsonWhitespace
{
    /// <summary>Nowhere: each value has one fixed form, so that the grammar forces as much text as it can.</summary>
    Compact,

    /// <summary>Wherever JSON allows it, but never without end: one blank, or one line break with bounded indentation.</summary>
    Bounded,
}
