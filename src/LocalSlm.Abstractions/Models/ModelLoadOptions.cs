using System.Globalization;

namespace LocalSlm;

/// <summary>How a model is loaded and how much it may hold. Every "automatic" value is <see langword="null"/>; what it
/// resolved to can be read from <see cref="LoadedModelInfo"/>. Not safe for concurrent change; loading works on a copy.</summary>
public sealed class ModelLoadOptions
{
    /// <summary>Gets or sets how many tokens one conversation may hold, prompt and reply together.</summary>
    /// <value>Tokens, at least 256. <see langword="null"/> (default): the model's trained length, at most 8,192, or the most
    /// that fits <see cref="MemoryBudgetBytes"/>, whichever is least. Its memory is taken when the model is loaded.</value>
    /// <exception cref="ArgumentOutOfRangeException">Below 256.</exception>
    public int? ContextTokens
    {
        get;
        set => field = AtLeast(value, 256);
    }

    /// <summary>Gets or sets how many conversations are computed at once; more wait in the queue.</summary>
    /// <value>1 to 64; default 4.</value>
    /// <exception cref="ArgumentOutOfRangeException">Outside 1 to 64.</exception>
    public int MaxConcurrentReplies
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 64);
            field = value;
        }
    } = 4;

    /// <summary>Gets or sets how many finished conversations stay in the KV cache beside the running ones, so that their next
    /// turn starts at once. They are dropped, least recently used first, when memory is wanted.</summary>
    /// <value>0 to 192; default 4.</value>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 to 192.</exception>
    public int CachedConversations
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 192);
            field = value;
        }
    } = 4;

    /// <summary>Gets or sets how many tokens all conversations together may hold, where they share one KV memory.</summary>
    /// <value>Tokens, at least <see cref="ContextTokens"/>; not together with <see cref="KvCacheLayout.Split"/>. <see langword="null"/> (default): enough for every
    /// concurrent reply at full length, at most 16,384 (or one conversation's length, if that is more), or the most that fits
    /// <see cref="MemoryBudgetBytes"/>.</value>
    /// <exception cref="ArgumentOutOfRangeException">Below 256.</exception>
    public int? CacheTokens
    {
        get;
        set => field = AtLeast(value, 256);
    }

    /// <summary>Gets or sets the memory that weights and KV cache together may take.</summary>
    /// <value>Bytes, more than 0. <see langword="null"/> (default): three quarters of what is available at load.</value>
    /// <exception cref="ArgumentOutOfRangeException">0 or less.</exception>
    public long? MemoryBudgetBytes
    {
        get;
        set
        {
            if (value is { } bytes)
            {
                ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
            }

            field = value;
        }
    }

    /// <summary>Gets or sets how many requests may wait for a free place before new ones are refused with
    /// <see cref="QueueFullException"/>.</summary>
    /// <value>1 or more; default 256.</value>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    public int MaxQueuedRequests
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 256;

    /// <summary>Gets or sets how many finished updates of one reply wait for its reader before that reply pauses.</summary>
    /// <value>1 or more updates; default 256.</value>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    public int ReplyBufferUpdates
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 256;

    /// <summary>Gets or sets how long a reply that nobody reads keeps its KV memory once its buffer is full; afterwards others
    /// may have it, and the reply is rebuilt when reading goes on.</summary>
    /// <value>0 or longer; default 10 seconds.</value>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public TimeSpan StalledReaderTimeout
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            field = value;
        }
    } = TimeSpan.FromSeconds(10);

    /// <summary>Gets or sets the most threads that compute. The count falls below it, step by step, while other models of this
    /// process or other programs use the cores; see <see cref="AdaptThreads"/>.</summary>
    /// <value>1 or more. <see langword="null"/> (default): the physical cores that this process may use, cgroup limits
    /// included.</value>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    public int? Threads
    {
        get;
        set => field = AtLeast(value, 1);
    }

    /// <summary>Gets or sets a value indicating whether the thread count follows who else wants the cores: other models of this process
    /// that compute at the same time, and, on Linux, other programs.</summary>
    /// <value>Default <see langword="true"/>.</value>
    public bool AdaptThreads { get; set; } = true;

    /// <summary>Gets the devices to compute on, best first. Each is tried until one serves; what failed before, and why, is in
    /// <see cref="LoadedModelInfo.FailedDevices"/>. If none serves, loading fails: nothing falls back to a device that is not
    /// listed.</summary>
    /// <value>Empty (default): what is there, neural processors first, then graphics processors, then the CPU.</value>
    public IList<DeviceSelector> Devices { get; private set; } = [];

    /// <summary>Gets or sets the only device that may serve. Loading fails where it does not, with the reason: nothing falls
    /// back.</summary>
    /// <value><see langword="null"/> (default): none is required. Not together with <see cref="Devices"/>.</value>
    public DeviceSelector? RequireDevice { get; set; }

    /// <summary>Gets devices that are never used, though they are listed or would be chosen.</summary>
    /// <value>Empty (default).</value>
    public IList<DeviceSelector> ExcludedDevices { get; private set; } = [];

    /// <summary>Gets or sets how one of several devices is chosen.</summary>
    /// <value>Default <see cref="DeviceSelection.Preferred"/>.</value>
    public DeviceSelection DeviceSelection { get; set; }

    /// <summary>Gets or sets a value indicating whether a model whose device fails while it computes goes on with the next
    /// one.</summary>
    /// <value>Default <see langword="true"/>. Otherwise the replies end with <see cref="InferenceException"/>, as the requests of embedding
    /// models always do.</value>
    public bool FailOver { get; set; } = true;

    /// <summary>Gets or sets a value indicating whether a model is loaded although its last load ended the process.</summary>
    /// <value>Default <see langword="false"/>: loading it throws <see cref="ModelQuarantinedException"/>.</value>
    public bool RetryAfterCrash { get; set; }

    /// <summary>Gets or sets how long a load may take on one device before the next one is tried.</summary>
    /// <value>More than 0. <see langword="null"/> (default): 5 minutes without progress.</value>
    /// <exception cref="ArgumentOutOfRangeException">0 or less.</exception>
    public TimeSpan? LoadTimeout
    {
        get;
        set
        {
            if (value is { } time)
            {
                ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(time, TimeSpan.Zero, nameof(value));
            }

            field = value;
        }
    }

    /// <summary>Gets or sets the memory that is left free on each GPU, for the display and other programs.</summary>
    /// <value>Bytes, 0 or more. <see langword="null"/> (default): what the planner keeps free as its margin.</value>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public long? GpuOverheadBytes
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value ?? 0, nameof(value));
            field = value;
        }
    }

    /// <summary>Gets or sets the most memory that the model may take on GPUs, all of them together.</summary>
    /// <value>Bytes, more than 0. <see langword="null"/> (default): what is free there.</value>
    /// <exception cref="ArgumentOutOfRangeException">0 or less.</exception>
    public long? GpuMemoryBudgetBytes
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value ?? 1, nameof(value));
            field = value;
        }
    }

    /// <summary>Gets or sets whether the experts of a mixture stay in main memory although their layers are on a GPU.</summary>
    /// <value><see langword="null"/> (default): where they do not fit the GPU.</value>
    public bool? ExpertsOnCpu { get; set; }

    /// <summary>Gets the share of the layers that each of several GPUs holds, in the order of the devices.</summary>
    /// <value>Positive numbers of any sum, one for each GPU. Empty (default): by their free memory.</value>
    public IList<double> GpuSplit { get; private set; } = [];

    /// <summary>Gets or sets how many layers are computed on a GPU, the output layer counted as one.</summary>
    /// <value>0 for none. <see langword="null"/> (default): as many as fit, where a GPU is there.</value>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public int? GpuLayers
    {
        get;
        set => field = AtLeast(value, 0);
    }

    /// <summary>Gets or sets the number format of cached keys and values.</summary>
    /// <value>Default <see cref="KvCacheType.Float16"/>. Quantized types need flash attention. An ONNX graph fixes the format: the
    /// default stands for whatever it is, and another format than its own is refused.</value>
    public KvCacheType KvCacheType { get; set; } = KvCacheType.Float16;

    /// <summary>Gets or sets whether flash attention is used.</summary>
    /// <value><see langword="null"/> (default): where model and device support it.</value>
    public bool? FlashAttention { get; set; }

    /// <summary>Gets or sets how conversations share the KV memory.</summary>
    /// <value>Default <see cref="KvCacheLayout.Automatic"/>; <c>docs/decisions/0006-kv-layout.md</c> has
    /// the measurements behind it.</value>
    public KvCacheLayout KvCacheLayout { get; set; } = KvCacheLayout.Automatic;

    /// <summary>Gets or sets the most tokens computed in one native step.</summary>
    /// <value>32 to 16,384 tokens; default 512.</value>
    /// <exception cref="ArgumentOutOfRangeException">Outside 32 to 16,384.</exception>
    public int BatchTokens
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 32);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 16_384);
            field = value;
        }
    } = 512;

    /// <summary>Gets or sets the most prompt tokens computed in one step while other replies are being generated: less makes
    /// running replies smoother, more lets the new one start sooner.</summary>
    /// <value>1 or more tokens; default 128.</value>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    public int PrefillChunkTokens
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 128;

    /// <summary>Gets or sets a value indicating whether the file is mapped into memory rather than read.</summary>
    /// <value>Default <see langword="true"/>: pages are shared between processes and loaded when used.</value>
    public bool UseMemoryMap { get; set; } = true;

    /// <summary>Gets or sets another chat template, in Jinja, in place of the model's own.</summary>
    /// <value><see langword="null"/> (default): the model's; where it has none, a built-in named by architecture.</value>
    public string? ChatTemplate { get; set; }

    /// <summary>Gets or sets which of the model's own chat templates is used, by name, such as <c>tool_use</c>.</summary>
    /// <value>A name of <see cref="ModelFacts.NamedChatTemplates"/>, or <c>default</c>; loading refuses another one with
    /// <see cref="ChatTemplateException"/>. <see langword="null"/> (default): the model's default template.</value>
    public string? ChatTemplateName { get; set; }

    /// <summary>Gets variables given to every rendering of the chat template, such as <c>enable_thinking</c>.</summary>
    public IDictionary<string, object?> ChatTemplateVariables { get; private set; } = new Dictionary<string, object?>();

    /// <summary>Gets or sets the form in which the model writes tool calls and reasoning, such as <c>hermes</c>. A request may name
    /// another one.</summary>
    /// <value>A name of <c>docs/guide/tools.md</c>; loading refuses another one with <see cref="ArgumentException"/>.
    /// <see langword="null"/> (default): told by the chat template; see <see cref="LoadedModelInfo.ToolFormat"/>.</value>
    public string? ToolFormat { get; set; }

    /// <summary>Finds options that contradict each other. Loading refuses them.</summary>
    /// <returns>A sentence for each contradiction, with values and limits; empty if there is none.</returns>
    public IReadOnlyList<string> FindConflicts()
    {
        var conflicts = new List<string>();
        if (CacheTokens < ContextTokens)
        {
            conflicts.Add(
                $"CacheTokens is {CacheTokens}, less than ContextTokens, {ContextTokens}. One conversation must fit."
            );
        }

        if (CacheTokens is not null && KvCacheLayout == KvCacheLayout.Split)
        {
            conflicts.Add(
                $"CacheTokens is {CacheTokens}, but KvCacheLayout is Split: every conversation has memory for ContextTokens of its own, and "
                    + "none is shared. Leave one of them out."
            );
        }

        if (PrefillChunkTokens > BatchTokens)
        {
            conflicts.Add(
                $"PrefillChunkTokens is {PrefillChunkTokens}, more than BatchTokens, {BatchTokens}. A chunk must fit a batch."
            );
        }

        if (KvCacheType is KvCacheType.Q8_0 or KvCacheType.Q4_0 && FlashAttention == false)
        {
            conflicts.Add($"KvCacheType {KvCacheType} needs flash attention, but FlashAttention is false.");
        }

        foreach (var device in Devices.Concat(ExcludedDevices).Append(RequireDevice ?? DeviceSelector.Cpu))
        {
            if (device is { Kind: null, Provider: null, Vendor: null })
            {
                conflicts.Add("A device selector names neither a kind nor a vendor nor an execution provider.");
            }
        }

        if (RequireDevice is not null && Devices.Count > 0)
        {
            conflicts.Add(
                $"RequireDevice is {RequireDevice}, but Devices lists {string.Join(", ", Devices)}. Set one of them."
            );
        }

        if (GpuLayers > 0 && RequireDevice?.Kind == ComputeDeviceKind.Cpu)
        {
            conflicts.Add($"GpuLayers is {GpuLayers}, but RequireDevice is the CPU.");
        }

        if (
            GpuSplit.Count > 0
            && (
                RequireDevice?.Kind == ComputeDeviceKind.Cpu
                || (Devices.Count > 0 && Devices.All(static device => device.Kind == ComputeDeviceKind.Cpu))
            )
        )
        {
            conflicts.Add("GpuSplit is set, but the CPU alone is to serve.");
        }

        foreach (var share in GpuSplit.Where(static share => !double.IsFinite(share) || share <= 0))
        {
            conflicts.Add(
                string.Create(CultureInfo.InvariantCulture, $"GpuSplit holds {share}. Positive numbers are wanted.")
            );
        }

        if (GpuLayers > 0 && Devices.Count > 0 && Devices.All(static device => device.Kind == ComputeDeviceKind.Cpu))
        {
            conflicts.Add($"GpuLayers is {GpuLayers}, but Devices lists the CPU alone.");
        }

        if (ChatTemplate is not null && ChatTemplateName is not null)
        {
            conflicts.Add(
                $"ChatTemplateName is '{ChatTemplateName}', but ChatTemplate gives a template in place of the model's own. Set one of them."
            );
        }

        return conflicts;
    }

    /// <summary>Makes a copy that later changes do not reach.</summary>
    /// <returns>The copy.</returns>
    public ModelLoadOptions Clone()
    {
        var copy = (ModelLoadOptions)MemberwiseClone();
        copy.Devices = [.. Devices];
        copy.ExcludedDevices = [.. ExcludedDevices];
        copy.GpuSplit = [.. GpuSplit];
        copy.ChatTemplateVariables = new Dictionary<string, object?>(ChatTemplateVariables);
        return copy;
    }

    private static int? AtLeast(int? value, int least)
    {
        if (value is { } number)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(number, least, nameof(value));
        }

        return value;
    }
}
