namespace LocalSlm;

/// <summary>What a loaded model is and what every "automatic" option resolved to.</summary>
public sealed partial record LoadedModelInfo
{
    /// <summary>Gets the name the model is served under.</summary>
    public required string Name { get; init; }

    /// <summary>Gets what its files say.</summary>
    public required ModelFacts Facts { get; init; }

    /// <summary>Gets the device that computes, such as <c>CPU</c> or the name of a GPU.</summary>
    public required string Device { get; init; }

    /// <summary>Gets the execution provider that computes, such as <c>CPUExecutionProvider</c>; <see langword="null"/> where the
    /// runtime has no such thing.</summary>
    public string? Provider { get; init; }

    /// <summary>Gets the devices that were tried before and failed, with the reason; empty if the first served.</summary>
    public IReadOnlyList<DeviceAttempt> FailedDevices { get; init; } = [];

    /// <summary>Gets how the model was planned onto that device, memory included; <see langword="null"/> where nothing was
    /// planned.</summary>
    public PlacementCandidate? Placement { get; init; }

    /// <summary>Gets the memory that it takes in fact, by device, as far as the native library reports it; main memory last.</summary>
    public IReadOnlyList<DeviceMemory> Memory { get; init; } = [];

    /// <summary>Gets what happened to it, oldest first: devices that were tried, loads, changes of the device.</summary>
    public IReadOnlyList<ModelHistoryEntry> History { get; init; } = [];

    /// <summary>Gets the version of the native library, such as <c>0.4.0</c>.</summary>
    public required string RuntimeVersion { get; init; }

    /// <summary>Gets the tokens that one conversation may hold.</summary>
    public required int ContextTokens { get; init; }

    /// <summary>Gets the tokens that all conversations together may hold.</summary>
    public required int CacheTokens { get; init; }

    /// <summary>Gets how many conversations are computed at once.</summary>
    public required int MaxConcurrentReplies { get; init; }

    /// <summary>Gets the most threads that compute.</summary>
    public required int Threads { get; init; }

    /// <summary>Gets how many layers are computed on a GPU.</summary>
    public required int GpuLayers { get; init; }

    /// <summary>Gets the layout of the KV memory.</summary>
    public required KvCacheLayout KvCacheLayout { get; init; }

    /// <summary>Gets where the chat template came from: <c>model</c>, <c>model:</c> and the name of one of its named
    /// templates, <c>options</c>, or <c>built-in:</c> and its name; <see langword="null"/> where there is none.</summary>
    public string? ChatTemplateSource { get; init; }

    /// <summary>Gets the form in which tool calls and reasoning are read, such as <c>hermes</c>; <see langword="null"/> where there is no
    /// chat template.</summary>
    public string? ToolFormat { get; init; }

    /// <summary>Gets how long loading took.</summary>
    public required TimeSpan LoadDuration { get; init; }
}
