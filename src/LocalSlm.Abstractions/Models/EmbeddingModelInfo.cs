namespace LocalSlm;

/// <summary>What a loaded embedding model is and what every "automatic" option resolved to.</summary>
public sealed record EmbeddingModelInfo
{
    /// <summary>Gets the name the model is served under.</summary>
    public required string Name { get; init; }

    /// <summary>Gets what its files say.</summary>
    public required ModelFacts Facts { get; init; }

    /// <summary>Gets the device that computes, such as <c>CPU</c> or the name of a GPU.</summary>
    public required string Device { get; init; }

    /// <summary>Gets how the model was planned onto that device, memory included; <see langword="null"/> where nothing was
    /// planned.</summary>
    public PlacementCandidate? Placement { get; init; }

    /// <summary>Gets the memory that it takes in fact, by device, as far as the native library reports it; main memory last.</summary>
    public IReadOnlyList<DeviceMemory> Memory { get; init; } = [];

    /// <summary>Gets what happened to it, oldest first: devices that were tried, loads, changes of the device.</summary>
    public IReadOnlyList<ModelHistoryEntry> History { get; init; } = [];

    /// <summary>Gets the version of the native library, such as <c>0.4.0</c>.</summary>
    public required string RuntimeVersion { get; init; }

    /// <summary>Gets the length of a vector.</summary>
    public required int Dimensions { get; init; }

    /// <summary>Gets the shorter lengths that requests may ask for; empty for none, unless <see cref="AllowsAnyDimensions"/>.</summary>
    public required IReadOnlyList<int> MatryoshkaDimensions { get; init; }

    /// <summary>Gets a value indicating whether requests may ask for any number of dimensions up to
    /// <see cref="Dimensions"/>.</summary>
    public required bool AllowsAnyDimensions { get; init; }

    /// <summary>Gets the most tokens of one text, those that the model adds itself included.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>Gets how hidden states become a vector; <see langword="null"/> if the model itself gives one vector for each
    /// text.</summary>
    public required EmbeddingPooling? Pooling { get; init; }

    /// <summary>Gets where the pooling came from: <c>options</c>, <c>model</c>, or <c>default</c> where the files do not say.</summary>
    public required string PoolingSource { get; init; }

    /// <summary>Gets a value indicating whether vectors are brought to length 1.</summary>
    public required bool Normalizes { get; init; }

    /// <summary>Gets where <see cref="Normalizes"/> came from: <c>options</c>, <c>model</c>, or <c>default</c>.</summary>
    public required string NormalizesSource { get; init; }

    /// <summary>Gets the texts to put before an input, by name.</summary>
    public required IReadOnlyDictionary<string, string> Prompts { get; init; }

    /// <summary>Gets the name of the prompt that is used where none is asked for, or <see langword="null"/> for none.</summary>
    public required string? DefaultPromptName { get; init; }

    /// <summary>Gets what happens to texts that are too long, where the request does not say.</summary>
    public required OverlongTextPolicy OverlongTexts { get; init; }

    /// <summary>Gets the most texts that are computed together.</summary>
    public required int BatchTexts { get; init; }

    /// <summary>Gets the most tokens that are computed together.</summary>
    public required int BatchTokens { get; init; }

    /// <summary>Gets the most threads that compute.</summary>
    public required int Threads { get; init; }

    /// <summary>Gets the devices that were tried before and failed, with the reason; empty if the first served.</summary>
    public required IReadOnlyList<DeviceAttempt> FailedDevices { get; init; }

    /// <summary>Gets how long loading took.</summary>
    public required TimeSpan LoadDuration { get; init; }
}
