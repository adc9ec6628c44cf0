namespace LocalSlm.Gguf.Interop;

/// <summary>Why a native computation was stopped from inside.</summary>
internal enum AbortReason
{
    /// <summary>It was not.</summary>
    None,

    /// <summary>The caller cancelled.</summary>
    Cancelled,

    /// <summary>Other programs took the cores.</summary>
    Contended,

    /// <summary>It ran longer than it should, which happens when workers wait for a core.</summary>
    Late,
}
