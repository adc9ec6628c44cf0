namespace LocalSlm.Tools;

/// <summary>How a format was verified.</summary>
internal enum ToolFormatEvidence
{
    /// <summary>By replies that another implementation reads the same way, or that the family's own template renders.</summary>
    Goldens,

    /// <summary>By the publisher's template and documents alone.</summary>
    Documentation,
}
