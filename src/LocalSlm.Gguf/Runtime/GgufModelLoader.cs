using System.Globalization;
using LocalSlm.Gguf.Format;
using LocalSlm.Gguf.Interop;
using LocalSlm.Hardware;
using LocalSlm.Scheduling;
using Microsoft.Extensions.Logging;

namespace LocalSlm.Gguf.Runtime;

/// <summary>Loads one model: checks the file, plans the memory, then lets the library read it, on a thread of its own.</summary>
internal sealed class GgufModelLoader
{
    private readonly string _path;
    private readonly ModelLoadOptions _options;
    private readonly InspectedModel _inspected;
    private readonly string? _nativeDirectory;
    private readonly IProgress<ModelLoadProgress>? _progress;
    private readonly NativeLogScope _log;

    public GgufModelLoader(
        string path,
        ModelLoadOptions options,
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

    public Task<IRuntimeModel> LoadAsync(CancellationToken cancellationToken) =>
        LoadThread.Run<IRuntimeModel>(Load, cancellationToken);

    private GgufRuntimeModel Load(CancellationToken cancellationToken)
    {
        ContextOpener.CheckThreads(_path, _options.Threads);
        Report(ModelLoadStage.Inspecting, 0);
        var (checkedFile, facts) = _inspected.Open(_path);
        if (!facts.CanGenerate)
        {
            throw new UnsupportedModelException(
                _path,
                facts.Architecture,
                "it is an encoder: it makes embeddings and cannot generate text. Use a chat model here."
            );
        }

        var libraries = NativeRuntime.EnsureLoaded(_nativeDirectory);
        cancellationToken.ThrowIfCancellationRequested();

        if (!ProcessExitGate.TryEnter())
        {
            throw new ModelLoadException(_path, "the process ends.");
        }

        NativeLogRouter.Open(_log);
        NativeLogRouter.Enter(_log);
        ModelHandle? model = null;
        GgufRuntimeModel? loaded = null;
        try
        {
            var topology = ProcessorTopology.Detect();
            var load = LoadPlan.Make(facts, _options, topology);
            var report = _log.Report = new NativeMemoryReport();
            using var file = new PinnedFile(checkedFile);
            SimulatedMemory.RefuseWhatDoesNotFit(facts, file.NativePath, load, _log);
            model = WeightsLoader.Load(facts, file, load, _log, Report, cancellationToken);
            OffloadCheck.Check(_path, load, report);
            var fitted = KeepShortRopeFactors(facts, model, ContextPlan.Of(facts, load.Options));
            loaded = CreateContext(facts, model, fitted, load, topology, report, libraries, cancellationToken);
            Report(ModelLoadStage.Ready, 1);
            return loaded;
        }
        catch
        {
            loaded?.Dispose();
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

    private GgufRuntimeModel CreateContext(
        ModelFacts facts,
        ModelHandle model,
        ContextPlan plan,
        LoadPlan load,
        ProcessorTopology topology,
        NativeMemoryReport report,
        LoadedLibraries libraries,
        CancellationToken cancellationToken
    )
    {
        if (model.HasEncoder || !model.HasDecoder || model.IsDiffusion)
        {
            throw new UnsupportedModelException(
                _path,
                facts.Architecture,
                model.IsDiffusion ? "it generates by diffusion, which is not supported. Choose another model."
                    : model.HasEncoder ? "it has an encoder, which is not supported. Choose a decoder-only model."
                    : "it has no decoder: it cannot generate text. Choose a chat model."
            );
        }

        cancellationToken.ThrowIfCancellationRequested();
        Report(ModelLoadStage.CreatingContext, 0.95);
        var threads = load.Candidate.Threads;
        var parameters = plan.ToNative(_options.KvCacheType);

        // The context zeroes its memory, which takes as long as a large vocabulary.
        var vocabulary = EarlyTokenizer.Begin(model, _log);
        ContextHandle? context = null;
        ProcessorShare? share = null;
        GgufTokenDecoder? decoder = null;
        try
        {
            // The library takes a shared memory for one long conversation; that one of ours is too long was told by its model's name.
            context = ContextOpener.Open(
                _path,
                model,
                parameters,
                _options.FlashAttention,
                threads,
                _log,
                "possible training context overflow"
            );
            cancellationToken.ThrowIfCancellationRequested();
            var tokenizer = vocabulary.Get();
            var traits = ModelTraits.Ask(model, facts, _options.KvCacheType);
            var adapts = _options.AdaptThreads && threads > 1;
            share = ProcessorShare.Join(adapts, topology);
            decoder = new GgufTokenDecoder(
                context,
                traits,
                plan,
                tokenizer.VocabularySize,
                threads,
                adapts ? new ThreadGovernor(threads) : null,
                share,
                _log
            )
            {
                Accelerator = load.WantsGpu ? load.DeviceWords : null,
            };
            return new GgufRuntimeModel(facts, model, tokenizer, decoder, _log)
            {
                Device = load.DeviceWords,
                Memory = report.ByDevice(load.GpuNames),
                RuntimeVersion = libraries.Version,
                Threads = threads,
                GpuLayers = load.WantsGpu ? report.OffloadedLayers ?? load.Candidate.GpuLayers : 0,
                FailedDevices = load.Failed,
            };
        }
        catch
        {
            vocabulary.Wait();
            decoder?.Dispose();
            share?.Dispose();
            context?.Dispose();
            throw;
        }
    }

    /// <summary>Models with two sets of RoPE factors (Phi-3 128k) use the long ones when the whole context is longer than the
    /// original one (<c>get_rope_factors</c> in llama.cpp v0.4.0), and a shared memory counts as one context. Where every
    /// conversation is short, the memory is kept short as well, so that they get the factors they would get alone.</summary>
    private static ContextPlan KeepShortRopeFactors(ModelFacts facts, ModelHandle model, ContextPlan plan)
    {
        var original = model.GetMetadata($"{facts.Architecture}.rope.scaling.original_context_length");
        return
            plan.Layout == KvCacheLayout.Unified
            && int.TryParse(original, CultureInfo.InvariantCulture, out var tokens)
            && plan.SequenceTokens <= tokens
            && tokens < plan.TotalTokens
            ? plan with
            {
                TotalTokens = Math.Max(plan.SequenceTokens, tokens / ContextPlan.Granularity * ContextPlan.Granularity),
            }
            : plan;
    }

    private void Report(ModelLoadStage stage, double fraction) =>
        _progress?.Report(new ModelLoadProgress(stage, Math.Clamp(fraction, 0, 1)));
}
