namespace LocalSlm;

/// <summary>What became of a row of a batch.</summary>
public enum DecodeStatus
{
    /// <summary>Not computed yet.</summary>
    Pending,

    /// <summary>Computed.</summary>
    Done,

    /// <summary>There was no room for its tokens.</summary>
    OutOfMemory,

    /// <summary>The computation was cancelled.</summary>
    Cancelled,

    /// <summary>The runtime failed.</summary>
    Failed,
}
