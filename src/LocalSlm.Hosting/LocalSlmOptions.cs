using LocalSlm.Onnx;

namespace LocalSlm.Hosting;

/// <summary>What a host serves. Bound from configuration and code, and checked as a whole when the host starts.</summary>
public sealed class LocalSlmOptions
{
    /// <summary>Gets or sets the name of the model that answers where a request names none.</summary>
    /// <value><see langword="null"/> (default): the model that was registered first.</value>
    public string? DefaultModel { get; set; }

    /// <summary>Gets or sets the name of the embedding model that answers where a request names none.</summary>
    /// <value><see langword="null"/> (default): the embedding model that was registered first.</value>
    public string? DefaultEmbeddingModel { get; set; }

    /// <summary>Gets or sets the folder with llama.cpp's native libraries.</summary>
    /// <value><see langword="null"/> (default): the environment variable <c>LOCALSLM_LLAMA_DIR</c>, else beside the
    /// application.</value>
    public string? NativeLibraryDirectory { get; set; }

    /// <summary>Gets how ONNX Runtime is used.</summary>
    public OnnxRuntimeOptions Onnx { get; } = new();

    /// <summary>Gets the load options that every model starts from, chat and embedding models alike: preferred, required and excluded
    /// devices, threads, context. What is set for a model itself wins.</summary>
    public ModelLoadOptions Defaults { get; } = new();

    /// <summary>Gets or sets how long a model stays loaded after its last request.</summary>
    /// <value>Default 5 minutes. <see cref="TimeSpan.Zero"/>: it is unloaded at once; <see cref="Timeout.InfiniteTimeSpan"/>: it stays.
    /// In configuration also <c>5m</c>, <c>0</c> and <c>-1</c>. A model's own setting, and a request's, win.</value>
    /// <exception cref="ArgumentOutOfRangeException">Negative, but not infinite.</exception>
    public TimeSpan KeepAlive
    {
        get;
        set => field = KeepAliveLimits.Check(value);
    } = TimeSpan.FromMinutes(5);

    /// <summary>Gets or sets how many models are loaded at once; for another one, idle ones are unloaded first, least recently used
    /// first.</summary>
    /// <value>1 or more. <see langword="null"/> (default): as many as fit.</value>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    public int? MaxLoadedModels
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value ?? 1, 1, nameof(value));
            field = value;
        }
    }

    /// <summary>Gets or sets the memory that all loaded models together may take, on all devices.</summary>
    /// <value>Bytes, more than 0; in configuration also <c>4GB</c> or <c>4GiB</c>. <see langword="null"/> (default): what there
    /// is.</value>
    /// <exception cref="ArgumentOutOfRangeException">0 or less.</exception>
    public long? MemoryBudgetBytes
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value ?? 1, nameof(value));
            field = value;
        }
    }

    /// <summary>Gets or sets how many requests may wait for models to be loaded, because a load takes its time or those that are loaded are in
    /// use, before new ones are refused with <see cref="ModelBusyException"/>.</summary>
    /// <value>1 or more; default 512.</value>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    public int MaxWaitingRequests
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 512;

    /// <summary>Gets or sets the memory of the system that is kept free: below it, idle models are unloaded, least recently used
    /// first.</summary>
    /// <value>Bytes, 0 (never) or more; default 512 MiB.</value>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public long LowMemoryBytes
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    } = 512L << 20;

    /// <summary>Gets or sets the most memory that the KV cache of one chat model may take. Fewer tokens are cached where more would be
    /// needed; a model whose <see cref="ModelLoadOptions.ContextTokens"/> alone need more is refused when it is loaded.</summary>
    /// <value>Bytes, more than 0; in configuration also <c>4GB</c> or <c>4GiB</c>. <see langword="null"/> (default): what there is. A
    /// model's own setting wins.</value>
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

    /// <summary>Gets or sets how long running replies may go on when the host stops; then they end with
    /// <see cref="ModelUnloadedException"/>.</summary>
    /// <value>0 or more; default 5 seconds. The host's own shutdown timeout bounds it.</value>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public TimeSpan StopGracePeriod
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            field = value;
        }
    } = TimeSpan.FromSeconds(5);

    /// <summary>Gets or sets the folder that remembers loads which ended the process, and measured devices.</summary>
    /// <value>A folder; made when it is wanted. <see langword="null"/> (default): <c>LocalSlm</c> in the user's local application data.</value>
    public string? StateDirectory { get; set; }

    /// <summary>Gets the chat models by name.</summary>
    public IDictionary<string, ChatModelOptions> Models { get; } = new Dictionary<string, ChatModelOptions>();

    /// <summary>Gets the embedding models by name.</summary>
    public IDictionary<string, EmbeddingModelOptions> EmbeddingModels { get; } =
        new Dictionary<string, EmbeddingModelOptions>();

    /// <summary>Gets what the sources of these options said that means nothing here, or something else than where they come from, each
    /// with its name and what to write instead. The host logs it as warnings when it starts.</summary>
    public IReadOnlyList<string> Notices => NoticeList;

    /// <summary>Gets the list behind <see cref="Notices"/>.</summary>
    internal List<string> NoticeList { get; } = [];

    /// <summary>Gets where the name of a model came from that nobody may have given a path: the source, by the model's name.</summary>
    internal Dictionary<string, string> NamedBy { get; } = new(StringComparer.Ordinal);

    /// <summary>Gets what was wrong with values before they could become options, in words.</summary>
    internal List<string> Problems { get; } = [];

    /// <summary>Gets the options of a model, made if they are not there.</summary>
    /// <param name="name">The model's name.</param>
    /// <returns>The options.</returns>
    internal ChatModelOptions Model(string name)
    {
        if (!Models.TryGetValue(name, out var options))
        {
            Models[name] = options = new ChatModelOptions();
        }

        return options;
    }

    /// <summary>Gets the options of an embedding model, made if they are not there.</summary>
    /// <param name="name">The model's name.</param>
    /// <returns>The options.</returns>
    internal EmbeddingModelOptions EmbeddingModel(string name)
    {
        if (!EmbeddingModels.TryGetValue(name, out var options))
        {
            EmbeddingModels[name] = options = new EmbeddingModelOptions();
        }

        return options;
    }
}
