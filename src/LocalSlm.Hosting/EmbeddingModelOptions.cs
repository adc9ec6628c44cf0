namespace LocalSlm.Hosting;

/// <summary>An embedding model that a host serves. Not safe for concurrent change; read once, when the host starts.</summary>
public sealed class EmbeddingModelOptions
{
    /// <summary>Gets or sets the model's file or folder.</summary>
    /// <value>A path. A relative one is looked for under the host's content root first, then as it stands. Required.</value>
    public string? Path { get; set; }

    /// <summary>Gets or sets a value indicating whether the model is loaded while the host starts, before other services do.</summary>
    /// <value>Default <see langword="false"/>: the first request loads it.</value>
    public bool LoadAtStart { get; set; }

    /// <summary>Gets how the model is loaded and makes vectors. In configuration its properties, and those of its
    /// <see cref="EmbeddingLoadOptions.Load"/>, stand beside <see cref="Path"/>.</summary>
    public EmbeddingLoadOptions Embedding { get; } = new();

    /// <summary>Gets or sets what is told about the progress of loading. It must return at once.</summary>
    /// <value>Default: nobody.</value>
    public IProgress<ModelLoadProgress>? LoadProgress { get; set; }
}
