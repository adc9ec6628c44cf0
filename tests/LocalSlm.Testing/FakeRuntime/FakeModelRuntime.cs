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

    /// <summary>Gets or sets what runs before a model is opened on a device, given the options it is opened with; it may throw or
    /// wait.</summary>
    public Func<ComputeDevice, ModelLoadOptions, CancellationToken, Task>? BeforeOpenOn { get; set; }

    /// <summary>Gets or sets the devices that it lists.</summary>
    public IReadOnlyList<ComputeDevice> Devices { get; set; } =
    [new("CPU", "fake processor", ComputeDeviceKind.Cpu, 0, 0)];

    /// <summary>Gets or sets what is done to the decoder of each model, given the device.</summary>
    public Action<FakeDecoder, ComputeDevice>? Configure { get; set; }

    /// <summary>Gets or sets how many layers a device other than the processor takes, in place of what it is asked for.</summary>
    public int? LayersTaken { get; set; }

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
                // A planner means layers for a device only where the files tell how many there are.
                LayerCount = 2,
                TrainedContextTokens = DecoderOptions.SequenceTokens,
                VocabularySize = FakeLanguage.VocabularySize,
                TokenizerKind = "bytes",
                ChatTemplate =
                    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
                    + "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}",
            }
            : throw new ModelNotFoundException(path, "no fake model is there. Begin the path with 'fake:'.");

    public IReadOnlyList<ComputeDevice> ListDevices() => Devices;

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

        var device = await ChooseAsync(options, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        Interlocked.Increment(ref _opened);
        Interlocked.Increment(ref _live);
        progress?.Report(new ModelLoadProgress(ModelLoadStage.LoadingWeights, 0.5));
        var decoder = LastDecoder = new FakeDecoder(DecoderOptions);
        Configure?.Invoke(decoder, device);
        return new Model(facts, decoder, () => Interlocked.Decrement(ref _live))
        {
            Device = device.Name,
            GpuLayers = device.Kind == ComputeDeviceKind.Cpu ? 0 : LayersTaken ?? options.GpuLayers ?? 1,
        };
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

        var device = await ChooseAsync(options.Load, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        Interlocked.Increment(ref _opened);
        Interlocked.Increment(ref _live);
        progress?.Report(new ModelLoadProgress(ModelLoadStage.LoadingWeights, 0.5));
        return LastEmbedder = new FakeEmbedder(facts, options, () => Interlocked.Decrement(ref _live))
        {
            Device = device.Name,
        };
    }

    private async Task<ComputeDevice> ChooseAsync(ModelLoadOptions options, CancellationToken cancellationToken)
    {
        var device = options.Devices.Count > 0 ? options.Devices[0].Select(Devices)[0] : Devices[0];
        if (BeforeOpenOn is { } before)
        {
            await before(device, options, cancellationToken);
        }

        return device;
    }

    private sealed class Model(ModelFacts facts, FakeDecoder decoder, Action onDisposed) : IRuntimeModel
    {
        public ModelFacts Facts => facts;

        public ITokenizer Tokenizer { get; } = new FakeTokenizer();

        public ITokenDecoder Decoder => decoder;

        public string Device { get; init; } = "CPU";

        public string RuntimeVersion => "1.0";

        public int Threads => 1;

        public int GpuLayers { get; init; }

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
