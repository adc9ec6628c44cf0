using LocalSlm.Gguf.Format;
using LocalSlm.Gguf.Interop;
using LocalSlm.Hardware;
using LocalSlm.Placement;
using LocalSlm.Scheduling;
using LocalSlm.Tokenization;
using LocalSlm.Tokenization.Gguf;
using Microsoft.Extensions.Logging;

namespace LocalSlm.Gguf.Runtime;

/// <summary>Loads one embedding model: checks the file, plans the memory, then lets the library read it, on a thread of its own.</summary>
internal sealed partial class GgufEmbedderLoader
{
    private const int NoPooling = 0; // LLAMA_POOLING_TYPE_NONE

    private readonly string _path;
    private readonly EmbeddingLoadOptions _options;
    private readonly InspectedModel _inspected;
    private readonly string? _nativeDirectory;
    private readonly IProgress<ModelLoadProgress>? _progress;
    private readonly NativeLogScope _log;

    public GgufEmbedderLoader(
        string path,
        EmbeddingLoadOptions options,
        InspectedModel inspected,
        string? nativeDirectory,
        ILoggerFactory loggers,
        IProgress<ModelLoadProgress>? progress
    )
    {
        _path = path;
        _options = options;
        _inspected = inspected;
        _nativeDirectory = nativeDirectory;
        _progress = progress;
        _log = new NativeLogScope(loggers.CreateLogger("LocalSlm.Gguf"));
    }

    public Task<IRuntimeEmbedder> LoadAsync(CancellationToken cancellationToken) =>
        LoadThread.Run<IRuntimeEmbedder>(Load, cancellationToken);

    private GgufEmbedder Load(CancellationToken cancellationToken)
    {
        ContextOpener.CheckThreads(_path, _options.Load.Threads);
        Report(ModelLoadStage.Inspecting, 0);
        var (checkedFile, facts) = _inspected.Open(_path);
        RefuseOthers(facts);
        var tokenizer = ReadTokenizer(checkedFile.First);
        cancellationToken.ThrowIfCancellationRequested();
        var plan = EmbedderPlan.Make(facts, _options, MemoryLimits.GetAvailableBytes());
        var libraries = NativeRuntime.EnsureLoaded(_nativeDirectory);
        cancellationToken.ThrowIfCancellationRequested();

        if (!ProcessExitGate.TryEnter())
        {
            throw new ModelLoadException(_path, "the process ends.");
        }

        NativeLogRouter.Open(_log);
        NativeLogRouter.Enter(_log);
        ModelHandle? model = null;
        try
        {
            var topology = ProcessorTopology.Detect();
            var load = LoadPlan.Make(facts, EmbeddingWishes.Of(facts, _options), topology);
            var report = _log.Report = new NativeMemoryReport();
            using var file = new PinnedFile(checkedFile);
            model = WeightsLoader.Load(facts, file, load, _log, Report, cancellationToken);
            OffloadCheck.Check(_path, load, report);
            cancellationToken.ThrowIfCancellationRequested();
            return CreateContext(facts, tokenizer, model, plan, load, topology, report, libraries);
        }
        catch
        {
            model?.Dispose();
            NativeLogRouter.Close(_log);
            throw;
        }
        finally
        {
            _log.Report = null;
            NativeLogRouter.Enter(null);
            ProcessExitGate.Leave();
        }
    }

    private void RefuseOthers(ModelFacts facts)
    {
        var problem =
            facts.Pooling == "rank"
                ? "it ranks pairs of texts (a reranker) and makes no vectors. Use an embedding model here."
            : facts.Embedding is null
                ? "its file names no pooling: it is no embedding model. Use one that was converted as such, or another model."
            : facts.IsRecurrent ? "embedding models with a recurrent state are not served. Choose another model."
            : null;
        if (problem is not null)
        {
            throw new UnsupportedModelException(_path, facts.Architecture, problem);
        }
    }

    /// <summary>Builds our tokenizer from the vocabulary in the file: the library's own WordPiece gives other tokens than the models
    /// were trained with for scripts with combining marks, for Korean, and for words over 100 letters.</summary>
    /// <returns>The tokenizer; <see langword="null"/> for the library's, where ours does not know how the vocabulary splits text.</returns>
    private ManagedTokenizer? ReadTokenizer(GgufFile file)
    {
        var vocabulary = VocabularyMetadata.Read(file);
        try
        {
            return GgufVocabulary.Build(vocabulary);
        }
        catch (UnsupportedModelException error) when (vocabulary.Model != "bert")
        {
            LogNativeTokenizer(_log.Logger, _path, error.Message);
            return null;
        }
    }

    private GgufEmbedder CreateContext(
        ModelFacts facts,
        ManagedTokenizer? tokenizer,
        ModelHandle model,
        EmbedderPlan plan,
        LoadPlan plannedLoad,
        ProcessorTopology topology,
        NativeMemoryReport report,
        LoadedLibraries libraries
    )
    {
        Report(ModelLoadStage.CreatingContext, 0.95);
        var load = _options.Load;
        var threads = plannedLoad.Candidate.Threads;
        var parameters = LlamaNative.llama_context_default_params();
        parameters.n_ctx = (uint)plan.ContextTokens;
        parameters.n_batch = (uint)plan.StepTokens;
        parameters.n_ubatch = (uint)plan.StepTokens;
        parameters.n_seq_max = (uint)plan.BatchTexts;
        parameters.kv_unified = 1;
        parameters.embeddings = 1;

        // Hidden states are pooled by managed code: one way for both runtimes, and a request may choose.
        parameters.pooling_type = NoPooling;

        ContextHandle? context = null;
        ProcessorShare? share = null;
        try
        {
            context = ContextOpener.Open(
                _path,
                model,
                parameters,
                load.FlashAttention,
                threads,
                _log,
                "model default pooling_type"
            );
            if (model.OutputWidth != facts.Embedding!.Dimensions)
            {
                // The library knows dense layers behind the pooling, which headers need not tell.
                facts = facts with
                {
                    Embedding = facts.Embedding with { Dimensions = model.OutputWidth },
                };
            }

            var adapts = load.AdaptThreads && threads > 1;
            share = ProcessorShare.Join(adapts, topology);
            return new GgufEmbedder(model, context, plan, adapts ? new ThreadGovernor(threads) : null, share, _log)
            {
                Facts = facts,
                Tokenizer = (ITokenizer?)tokenizer ?? new GgufTokenizer(model),
                Device = plannedLoad.DeviceWords,
                IsAccelerated = plannedLoad.WantsGpu,
                Memory = report.ByDevice(plannedLoad.GpuNames),
                FailedDevices = plannedLoad.Failed,
                RuntimeVersion = libraries.Version,
                Threads = threads,
            };
        }
        catch
        {
            share?.Dispose();
            context?.Dispose();
            throw;
        }
    }

    private void Report(ModelLoadStage stage, double fraction) =>
        _progress?.Report(new ModelLoadProgress(stage, Math.Clamp(fraction, 0, 1)));

    [LoggerMessage(
        EventId = 210,
        Level = LogLevel.Information,
        Message = "Model {Path} is tokenised by llama.cpp: {Reason}"
    )]
    private static partial void LogNativeTokenizer(ILogger logger, string path, string reason);
}
