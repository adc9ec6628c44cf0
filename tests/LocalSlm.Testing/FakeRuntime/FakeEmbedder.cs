namespace LocalSlm.Testing;

/// <summary>An embedder whose vectors count a text's bytes by their value modulo eight: who knows the text knows its vector. It fails
/// loudly where an engine breaks the seam's rules.</summary>
public sealed class FakeEmbedder(ModelFacts facts, EmbeddingLoadOptions options, Action onDisposed) : IRuntimeEmbedder
{
    public const int Dimensions = 8;

    private int _disposed;

    public ModelFacts Facts => facts;

    public ITokenizer Tokenizer { get; } = new FakeTokenizer();

    public string Device { get; init; } = "CPU";

    public string RuntimeVersion => "1.0";

    public int Threads => 1;

    public int MaxTokens => options.MaxTokens ?? facts.Embedding!.MaxTokens;

    public int BatchTexts => options.BatchTexts;

    public int BatchTokens => options.Load.BatchTokens;

    public bool PadsBatches => true;

    public IReadOnlyList<DeviceAttempt> FailedDevices => [];

    /// <summary>Gets or sets what runs before each step; it may throw or wait.</summary>
    public Action? BeforeEmbed { get; set; }

    public string? DeviceFailure { get; private set; }

    /// <summary>Gets or sets the batch at which the device fails, from 1; 0 for never.</summary>
    public int FailsAtBatch { get; set; }

    public int Batches { get; private set; }

    public int LargestBatch { get; private set; }

    /// <summary>Gets the pooling of the last step.</summary>
    public EmbeddingPooling? LastPooling { get; private set; }

    public bool IsDisposed => Volatile.Read(ref _disposed) != 0;

    /// <summary>Gets the vector of a text, not brought to length 1.</summary>
    public static float[] VectorOf(string text)
    {
        var tokens = new List<int>();
        new FakeTokenizer().Encode([new PromptSpan(text, IsControl: false)], addSpecialTokens: true, tokens);
        var vector = new float[Dimensions];
        tokens.ForEach(token => vector[token % Dimensions]++);
        return vector;
    }

    public void Embed(
        ReadOnlySpan<int> tokens,
        ReadOnlySpan<int> lengths,
        EmbeddingPooling pooling,
        Span<float> vectors,
        CancellationToken cancellationToken
    )
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        BeforeEmbed?.Invoke();
        cancellationToken.ThrowIfCancellationRequested();
        if (++Batches == FailsAtBatch)
        {
            DeviceFailure = $"batch {Batches}";
            throw new InferenceException("fake", DeviceFailure);
        }

        var total = 0;
        foreach (var length in lengths)
        {
            total +=
                length is >= 1 && length <= MaxTokens ? length : throw new InvalidOperationException("A bad length.");
        }

        if (lengths.Length > BatchTexts || total != tokens.Length || vectors.Length != lengths.Length * Dimensions)
        {
            throw new InvalidOperationException("The engine gave a batch that the embedder does not take.");
        }

        LargestBatch = Math.Max(LargestBatch, lengths.Length);
        LastPooling = pooling;
        vectors.Clear();
        for (var text = 0; text < lengths.Length; text++)
        {
            foreach (var token in tokens[..lengths[text]])
            {
                vectors[(text * Dimensions) + (token % Dimensions)]++;
            }

            tokens = tokens[lengths[text]..];
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            onDisposed();
        }
    }
}
