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

    /// <summary>It is loaded, but serves no more; it goes with its last request, and the next one loads it again.</summary>
    Broken,

    /// <summary>Its last load failed; the next request tries again.</summary>
    Failed,
}
