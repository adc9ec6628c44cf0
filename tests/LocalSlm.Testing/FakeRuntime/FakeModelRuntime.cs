using Microsoft.Extensions.Logging;

namespace LocalSlm.Testing;

/// <summary>A runtime over <see cref="FakeDecoder"/> that opens any path which begins with <c>fake:</c>.</summary>
public sealed class FakeModelRuntime : IModelRuntime
{
    private int _opened;
    private int _live;

    public string Name => "fake";

    public FakeDecoderOptions DecoderOptions { get; init; } = new();

    /// <summary>Gets what runs before a model is opened; it may throw or wait.</summary>
    public Func<string, CancellationToken, Task>? BeforeOpen { get; set; }

    public int OpenedModels => _opened;

    public int LiveModels => _live;

    public FakeDecoder? LastDecoder { get; private set; }

    public FakeEmbedder? LastEmbedder { get; private set; }

    /// <summary>Gets what the files of its embedding models say.</summary>
    public EmbeddingFacts EmbeddingFacts { get; init; } =
        new()
        {
            Dimensions = FakeEmbedder.Dimensions,
            MaxTokens = 64,
            Pooling = EmbeddingPooling.Mean,
        };

    public bool Recognises(string path) => path.StartsWith("fake:", StringComparison.Ordinal);

    public ModelFacts Inspect(string path) =>
        Recognises(path)
            ? new ModelFacts
            {
                Path = path,
                Runtime = Name,
                Architecture = "fake",
                Name = path["fake:".Length..],
                TrainedContextTokens = DecoderOptions.SequenceTokens,
                VocabularySize = FakeLanguage.VocabularySize,
                TokenizerKind = "bytes",
                ChatTemplate =
                    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
                    + "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}",
            }
            : throw new ModelNotFoundException(path, "no fake model is there. Begin the path with 'fake:'.");

    public IReadOnlyList<ComputeDevice> ListDevices() => [new("CPU", "fake processor", ComputeDeviceKind.Cpu, 0, 0)];

    public MemoryEstimate Estimate(ModelFacts facts, ModelLoadOptions options) => new(1, 1, 1);

    public async Task<IRuntimeModel> OpenAsync(
        string path,
        ModelLoadOptions options,
        ILoggerFactory loggers,
        IProgress<ModelLoadProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        var facts = Inspect(path);
        if (BeforeOpen is { } before)
        {
            await before(path, cancellationToken);
        }

        cancellationToken.ThrowIfCancellationRequested();
        Interlocked.Increment(ref _opened);
        Interlocked.Increment(ref _live);
        progress?.Report(new ModelLoadProgress(ModelLoadStage.LoadingWeights, 0.5));
        var decoder = LastDecoder = new FakeDecoder(DecoderOptions);
        return new Model(facts, decoder, () => Interlocked.Decrement(ref _live));
    }

    public async Task<IRuntimeEmbedder> OpenEmbedderAsync(
        string path,
        EmbeddingLoadOptions options,
        ILoggerFactory loggers,
        IProgress<ModelLoadProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        var facts = Inspect(path) with { Embedding = EmbeddingFacts };
        if (BeforeOpen is { } before)
        {
            await before(path, cancellationToken);
        }

        cancellationToken.ThrowIfCancellationRequested();
        Interlocked.Increment(ref _opened);
        Interlocked.Increment(ref _live);
        progress?.Report(new ModelLoadProgress(ModelLoadStage.LoadingWeights, 0.5));
        return LastEmbedder = new FakeEmbedder(facts, options, () => Interlocked.Decrement(ref _live));
    }

    private sealed class Model(ModelFacts facts, FakeDecoder decoder, Action onDisposed) : IRuntimeModel
    {
        public ModelFacts Facts => facts;

        public ITokenizer Tokenizer { get; } = new FakeTokenizer();

        public ITokenDecoder Decoder => decoder;

        public string Device => "CPU";

        public string RuntimeVersion => "1.0";

        public int Threads => 1;

        public int GpuLayers => 0;

        public void Dispose()
        {
            if (!decoder.IsDisposed)
            {
                decoder.IsDisposed = true;
                onDisposed();
            }
        }
    }
}
