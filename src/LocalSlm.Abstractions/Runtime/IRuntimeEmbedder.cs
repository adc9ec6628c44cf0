namespace LocalSlm;

/// <summary>An embedding model that a runtime has loaded. It computes one vector for each text of a batch and holds no policy:
/// tokenising, prefixes, cutting, sorting, normalising stand above it. Called from one thread at a time.</summary>
public interface IRuntimeEmbedder : IDisposable
{
    /// <summary>Gets what the model's files say; <see cref="ModelFacts.Embedding"/> is set.</summary>
    ModelFacts Facts { get; }

    /// <summary>Gets the tokenizer; safe for concurrent use.</summary>
    ITokenizer Tokenizer { get; }

    /// <summary>Gets the device that computes, in the runtime's words.</summary>
    string Device { get; }

    /// <summary>Gets the version of the native library.</summary>
    string RuntimeVersion { get; }

    /// <summary>Gets the most threads that compute.</summary>
    int Threads { get; }

    /// <summary>Gets the most tokens of one text.</summary>
    int MaxTokens { get; }

    /// <summary>Gets the most texts of one batch.</summary>
    int BatchTexts { get; }

    /// <summary>Gets the most tokens of a batch of several texts. One text alone may have <see cref="MaxTokens"/>.</summary>
    int BatchTokens { get; }

    /// <summary>Gets a value indicating whether the texts of a batch are padded to the longest: it then counts as the number of
    /// texts times the longest.</summary>
    bool PadsBatches { get; }

    /// <summary>Gets the memory that it takes, by device, as far as the native library reports it; main memory last.</summary>
    IReadOnlyList<DeviceMemory> Memory => [];

    /// <summary>Gets the devices that were tried before and failed, with the reason; empty if the first served.</summary>
    IReadOnlyList<DeviceAttempt> FailedDevices { get; }

    /// <summary>Gets what the device said when it failed for good: nothing more can be computed on it, though another device may serve.
    /// <see langword="null"/> while it works.</summary>
    string? DeviceFailure => null;

    /// <summary>Computes a batch.</summary>
    /// <param name="tokens">The tokens of all texts, one after the other, without padding.</param>
    /// <param name="lengths">The number of tokens of each text; at least 1.</param>
    /// <param name="pooling">How hidden states become a vector; ignored by models with <see cref="EmbeddingFacts.PoolsItself"/>.</param>
    /// <param name="vectors">Receives the vectors, not normalised: [texts, <see cref="EmbeddingFacts.Dimensions"/>].</param>
    /// <param name="cancellationToken">Ends the computation early where the device can.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="InferenceException">The runtime failed.</exception>
    void Embed(
        ReadOnlySpan<int> tokens,
        ReadOnlySpan<int> lengths,
        EmbeddingPooling pooling,
        Span<float> vectors,
        CancellationToken cancellationToken
    );
}
