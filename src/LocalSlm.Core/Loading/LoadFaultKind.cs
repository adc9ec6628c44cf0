namespace LocalSlm.Loading;

/// <summary>Why a device does not serve a model.</summary>
internal enum LoadFaultKind
{
    /// <summary>It was asked for, and it is not there or cannot be used.</summary>
    Unavailable,

    /// <summary>It failed so often of late that it is not tried for a while.</summary>
    CircuitOpen,

    /// <summary>The last load of this model on it ended the process.</summary>
    Quarantined,

    /// <summary>Its load did not end in time.</summary>
    TimedOut,

    /// <summary>The model does not fit.</summary>
    OutOfMemory,

    /// <summary>It, or its library, refused the model.</summary>
    Failed,

    /// <summary>It failed while it computed.</summary>
    FailedOver,
}
