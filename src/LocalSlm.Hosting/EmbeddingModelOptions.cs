namespace LocalSlm.Hosting;

/// <summary>An embedding model that a host serves. Not safe for concurrent change; read when the host starts and whenever configuration
/// changes.</summary>
public sealed class EmbeddingModelOptions
{
    /// <summary>Gets or sets the model's file or folder.</summary>
    /// <value>A path. A relative one is looked for under the host's content root first, then as it stands. Required.</value>
    public string? Path { get; set; }

    /// <summary>Gets or sets a value indicating whether the model is loaded while the host starts, before other services do.</summary>
    /// <value>Default <see langword="false"/>: the first request loads it.</value>
    public bool LoadAtStart { get; set; }

    /// <summary>Gets or sets how long the model stays loaded after its last request.</summary>
    /// <value><see langword="null"/> (default): <see cref="LocalSlmOptions.KeepAlive"/>. <see cref="TimeSpan.Zero"/>: it is unloaded at
    /// once; <see cref="Timeout.InfiniteTimeSpan"/>: it stays. In configuration also <c>10m</c>, <c>0</c> and <c>-1</c>.</value>
    /// <exception cref="ArgumentOutOfRangeException">Negative, but not infinite.</exception>
    public TimeSpan? KeepAlive
    {
        get;
        set => field = value is { } time ? KeepAliveLimits.Check(time) : null;
    }

    /// <summary>Gets how the model is loaded and makes vectors. In configuration its properties, and those of its
    /// <see cref="EmbeddingLoadOptions.Load"/>, stand beside <see cref="Path"/>.</summary>
    public EmbeddingLoadOptions Embedding { get; } = new();

    /// <summary>Gets or sets what is told about the progress of loading. It must return at once.</summary>
    /// <value>Default: nobody.</value>
    public IProgress<ModelLoadProgress>? LoadProgress { get; set; }

    /// <summary>Gets the names of the load options that configuration sets for this model, be it to their defaults.</summary>
    internal HashSet<string> OwnLoadOptions { get; } = new(StringComparer.OrdinalIgnoreCase);
}
