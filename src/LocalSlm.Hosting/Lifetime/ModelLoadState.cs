namespace LocalSlm.Hosting.Lifetime;

/// <summary>How far a model of a host is.</summary>
internal enum ModelLoadState
{
    /// <summary>It is not loaded; a request loads it.</summary>
    NotLoaded,

    /// <summary>It is being loaded.</summary>
    Loading,

    /// <summary>It is loaded.</summary>
    Loaded,

    /// <summary>Its last load failed; the next request tries again.</summary>
    Failed,
}
