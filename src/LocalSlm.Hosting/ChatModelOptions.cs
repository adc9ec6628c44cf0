namespace LocalSlm.Hosting;

/// <summary>A chat model that a host serves. Not safe for concurrent change; read when the host starts and whenever configuration
/// changes.</summary>
public sealed class ChatModelOptions
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

    /// <summary>Gets or sets the most memory that the KV cache of this model may take. Fewer tokens are cached where more would be
    /// needed.</summary>
    /// <value>Bytes, more than 0; in configuration also <c>4GB</c> or <c>4GiB</c>. <see langword="null"/> (default):
    /// <see cref="LocalSlmOptions.MaxCacheBytes"/>.</value>
    /// <exception cref="ArgumentOutOfRangeException">0 or less.</exception>
    public long? MaxCacheBytes
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value ?? 1, nameof(value));
            field = value;
        }
    }

    /// <summary>Gets how the model is loaded and how much it may hold. In configuration its properties stand beside
    /// <see cref="Path"/>.</summary>
    public ModelLoadOptions Load { get; } = new();

    /// <summary>Gets or sets what is told about the progress of loading. It must return at once.</summary>
    /// <value>Default: nobody.</value>
    public IProgress<ModelLoadProgress>? LoadProgress { get; set; }

    /// <summary>Gets the names of the load options that configuration sets for this model, be it to their defaults.</summary>
    internal HashSet<string> OwnLoadOptions { get; } = new(StringComparer.OrdinalIgnoreCase);
}
