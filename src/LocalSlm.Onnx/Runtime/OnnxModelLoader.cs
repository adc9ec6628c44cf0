using LocalSlm.Hardware;
using LocalSlm.Onnx.Format;
using LocalSlm.Scheduling;
using Microsoft.Extensions.Logging;

namespace LocalSlm.Onnx.Runtime;

/// <summary>Loads one model: checks the files, plans the memory, then lets the library read it, on a thread of its own.</summary>
internal sealed class OnnxModelLoader
{
    private const double WeightsShare = 0.9;

    private readonly string _path;
    private readonly ModelLoadOptions _options;
    private readonly OnnxRuntimeOptions _runtimeOptions;
    private readonly ILogger _logger;
    private readonly IProgress<ModelLoadProgress>? _progress;
    private readonly Func<OnnxModelFiles, ITokenizer> _loadTokenizer;

    public OnnxModelLoader(
        string path,
        ModelLoadOptions options,
        OnnxRuntimeOptions runtimeOptions,
        ILoggerFactory loggers,
        IProgress<ModelLoadProgress>? progress,
        Func<OnnxModelFiles, ITokenizer> loadTokenizer
    )
    {
        _path = path;
        _options = options;
        _runtimeOptions = runtimeOptions;
        _logger = loggers.CreateLogger("LocalSlm.Onnx");
        _progress = progress;
        _loadTokenizer = loadTokenizer;
    }

    public Task<IRuntimeModel> LoadAsync(CancellationToken cancellationToken) =>
        LoadThread.Run<IRuntimeModel>(Load, cancellationToken);

    private OnnxRuntimeModel Load(CancellationToken cancellationToken)
    {
        Report(ModelLoadStage.Inspecting, 0);
        var files = OnnxModelReader.Read(_path, _runtimeOptions.AllowCustomOperators);
        if (!files.Facts.CanGenerate)
        {
            throw new UnsupportedModelException(
                _path,
                files.Facts.Architecture,
                "it is an encoder: it makes embeddings and cannot generate text. Use a chat model here."
            );
        }

        foreach (var sentence in files.Disagreements)
        {
            DecoderLog.Disagreement(_logger, sentence);
        }

        OptionCheck.Check(files, _options);
        var plan = OnnxLoadPlan.Make(files, _options, _runtimeOptions, _logger);
        var tokenizer = _loadTokenizer(files);
        cancellationToken.ThrowIfCancellationRequested();

        // Until the exit is watched, the library could be torn down under a thread that computes.
        ProcessExitGate.Install();
        if (!ProcessExitGate.TryEnter())
        {
            throw new ModelLoadException(_path, "the process ends.");
        }

        try
        {
            return Open(files, plan, tokenizer, cancellationToken);
        }
        finally
        {
            ProcessExitGate.Leave();
        }
    }

    private OnnxRuntimeModel Open(
        OnnxModelFiles files,
        OnnxLoadPlan plan,
        ITokenizer tokenizer,
        CancellationToken cancellationToken
    )
    {
        Report(ModelLoadStage.LoadingWeights, 0);
        OnnxTokenDecoder? decoder = null;
        OnnxSession? session = null;
        try
        {
            session = SessionFactory.Open(files, plan.Options, _runtimeOptions, _logger, Try, cancellationToken);
            Report(ModelLoadStage.Ready, 1);
            return new OnnxRuntimeModel(files.Facts, session, tokenizer, decoder!, plan.Failed);
        }
        catch
        {
            decoder?.Dispose();
            session?.Dispose();
            throw;
        }

        string? Try(OnnxSession opened)
        {
            Report(ModelLoadStage.CreatingContext, WeightsShare);
            var graph = DecoderGraphReader.Read(files, opened.Session);
            foreach (var sentence in graph.Disagreements)
            {
                DecoderLog.Disagreement(_logger, sentence);
            }

            (decoder, var problem) = DecoderTrial.Create(
                files,
                opened,
                graph,
                plan.ToLimits(),
                _logger,
                cancellationToken
            );
            return problem;
        }
    }

    private void Report(ModelLoadStage stage, double fraction) =>
        _progress?.Report(new ModelLoadProgress(stage, fraction));
}
