namespace LocalSlm.Placement;

/// <summary>Why a plan leaves a device out.</summary>
internal enum LeftOutCause
{
    /// <summary>It is not there, or cannot be used: missed by whom asked for it.</summary>
    Absent,

    /// <summary>The caller's options forbid it: nobody misses it.</summary>
    Forbidden,

    /// <summary>It would have been used, and an option cannot be honoured there: missed by everybody.</summary>
    Unmet,

    /// <summary>It would have been used, and has not the memory: missed by everybody.</summary>
    NoRoom,

    /// <summary>It is one of several ways to use devices that are told of on their own: nobody misses it.</summary>
    Combination,
}
