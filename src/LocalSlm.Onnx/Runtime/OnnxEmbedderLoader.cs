using LocalSlm.Hardware;
using LocalSlm.Onnx.Format;
using LocalSlm.Placement;
using LocalSlm.Scheduling;
using Microsoft.Extensions.Logging;

namespace LocalSlm.Onnx.Runtime;

/// <summary>Loads one embedding model: checks the files, then opens a session, on a thread of its own.</summary>
internal sealed partial class OnnxEmbedderLoader(
    string path,
    EmbeddingLoadOptions options,
    OnnxRuntimeOptions runtimeOptions,
    ILoggerFactory loggers,
    IProgress<ModelLoadProgress>? progress,
    Func<OnnxModelFiles, ITokenizer> readTokenizer
)
{
    private readonly ILogger _logger = loggers.CreateLogger("LocalSlm.Onnx");

    public Task<IRuntimeEmbedder> LoadAsync(CancellationToken cancellationToken) =>
        LoadThread.Run<IRuntimeEmbedder>(Load, cancellationToken);

    private OnnxEmbedder Load(CancellationToken cancellationToken)
    {
        progress?.Report(new ModelLoadProgress(ModelLoadStage.Inspecting, 0));
        var files = OnnxModelReader.Read(path, runtimeOptions.AllowCustomOperators);
        if (files.Facts.Embedding is null)
        {
            throw new UnsupportedModelException(
                path,
                files.Facts.Architecture,
                "its graph gives no vectors of texts. Use a model that was exported for feature extraction."
            );
        }

        foreach (var disagreement in files.Disagreements)
        {
            LogDisagreement(_logger, files.Folder, disagreement);
        }

        OptionCheck.Check(files, options.Load);
        var plan = OnnxLoadPlan.Make(files, EmbeddingWishes.Of(files.Facts, options), runtimeOptions, _logger);
        var tokenizer = readTokenizer(files);
        cancellationToken.ThrowIfCancellationRequested();
        progress?.Report(new ModelLoadProgress(ModelLoadStage.LoadingWeights, 0));

        // Until the exit is watched, the library could be torn down under a thread that computes.
        ProcessExitGate.Install();
        if (!ProcessExitGate.TryEnter())
        {
            throw new ModelLoadException(path, "the process ends.");
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

    private OnnxEmbedder Open(
        OnnxModelFiles files,
        OnnxLoadPlan plan,
        ITokenizer tokenizer,
        CancellationToken cancellationToken
    )
    {
        OnnxEmbedder? embedder = null;
        try
        {
            // The embedder owns the session.
            _ = SessionFactory.Open(files, plan.Options, runtimeOptions, _logger, Try, cancellationToken);
            return embedder!;
        }
        catch
        {
            embedder?.Dispose();
            throw;
        }

        string? Try(OnnxSession session)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                embedder = new OnnxEmbedder(files, session, options, tokenizer)
                {
                    FailedDevices = [.. plan.Failed, .. session.FailedDevices],
                };
            }
            catch (OutOfMemoryException)
            {
                return "There is no memory for a batch. Lower BatchTokens, BatchTexts or MaxTokens.";
            }

            var problem = embedder.FindProblem(cancellationToken);
            if (problem is not null)
            {
                embedder.Dispose();
                embedder = null;
            }

            return problem;
        }
    }

    [LoggerMessage(
        EventId = 320,
        EventName = "OnnxFilesDisagree",
        Level = LogLevel.Warning,
        Message = "Model {Folder}: {Disagreement}"
    )]
    private static partial void LogDisagreement(ILogger logger, string folder, string disagreement);
}
