namespace LocalSlm.Models;

/// <summary>Why a model was unloaded.</summary>
internal enum UnloadReason
{
    /// <summary>Nobody used it for its keep-alive.</summary>
    Expired,

    /// <summary>Another one needed its place, or its memory of the budget.</summary>
    Room,

    /// <summary>The system was short of memory.</summary>
    Pressure,

    /// <summary>Somebody asked for it.</summary>
    Requested,

    /// <summary>It served no more: its engine ended, or no device was left.</summary>
    Broken,

    /// <summary>Its options changed.</summary>
    Changed,

    /// <summary>It was removed.</summary>
    Removed,

    /// <summary>The host stopped.</summary>
    Stopped,
}
