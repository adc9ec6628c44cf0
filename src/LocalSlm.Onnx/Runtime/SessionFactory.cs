using LocalSlm.Hardware;
using LocalSlm.Loading;
using LocalSlm.Onnx.Devices;
using LocalSlm.Onnx.Format;
using LocalSlm.Onnx.Interop;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;

namespace LocalSlm.Onnx.Runtime;

/// <summary>Opens sessions on the device that a caller names.</summary>
internal static partial class SessionFactory
{
    // As many as llama.cpp takes; a number of threads beyond any machine is a mistake, and the library would make them all.
    public const int MostThreads = 512;

    /// <summary>Opens a session with the default runtime options.</summary>
    public static OnnxSession Open(
        OnnxModelFiles files,
        ModelLoadOptions options,
        ILogger logger,
        CancellationToken cancellationToken
    ) => Open(files, options, new OnnxRuntimeOptions(), logger, findProblem: null, cancellationToken);

    /// <summary>Opens a session on the one device that the options name, or on the CPU. ONNX Runtime tells no progress of it.</summary>
    /// <param name="files">The checked files.</param>
    /// <param name="options">How to load.</param>
    /// <param name="runtimeOptions">How ONNX Runtime is used.</param>
    /// <param name="logger">Where messages go.</param>
    /// <param name="findProblem">Tries a session that is open, and tells why its device does not serve, or <see langword="null"/>: a
    /// device that opens a graph may still be unable to compute it.</param>
    /// <param name="cancellationToken">Ends the loading at the library's next check.</param>
    /// <returns>The session; the caller disposes it.</returns>
    /// <exception cref="NativeLibraryException">ONNX Runtime is missing, cannot be loaded, or is too old.</exception>
    /// <exception cref="UnsupportedModelException">It needs custom operators, which are not allowed.</exception>
    /// <exception cref="ModelFileException">A file is not what was checked any more.</exception>
    /// <exception cref="ModelLoadException">The device does not serve it; its reason is listed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static OnnxSession Open(
        OnnxModelFiles files,
        ModelLoadOptions options,
        OnnxRuntimeOptions runtimeOptions,
        ILogger logger,
        Func<OnnxSession, string?>? findProblem,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        var threads = options.Threads ?? Math.Min(ProcessorTopology.Detect().ComputeThreads, MostThreads);
        if (threads > MostThreads)
        {
            throw new ModelLoadException(
                files.Facts.Path,
                $"Threads is {threads}; at most {MostThreads} are taken. Leave it out for the cores there are."
            );
        }

        CustomOperators.Check(files, runtimeOptions);
        var environment = OnnxEnvironment.Get(logger);
        var libraries = ProviderLibraries.Register(environment, runtimeOptions, logger);
        var (device, providerOptions) = DeviceChoice.Find(
            files.Facts.Path,
            [.. options.Devices],
            DeviceCatalog.Read(environment)
        );
        return Open(
            new SessionRequest(files, options, environment, threads, logger, findProblem, libraries),
            device,
            providerOptions,
            cancellationToken
        );
    }

    private static OnnxSession Open(
        SessionRequest request,
        ListedDevice device,
        IReadOnlyDictionary<string, string> providerOptions,
        CancellationToken cancellationToken
    )
    {
        var logId = NativeLog.Open(request.Logger);
        InferenceSession? session = null;
        try
        {
            session = Create(request, device, providerOptions, logId, cancellationToken);
            var nodes = ReadAssignment(session, out var unknown);
            if ((unknown ?? AssignmentCheck.FindProblem(nodes, device.Provider)) is { } problem)
            {
                throw Refuse(request, device, problem);
            }

            var summary = AssignmentCheck.Summarize(nodes);
            LogOpened(request.Logger, device.Words, request.Threads, summary);
            var opened = new OnnxSession
            {
                Session = session,
                Device = device.IsBuiltInCpu ? "CPU" : device.Words,
                Provider = device.Provider,
                IsHostMemory = device.IsBuiltInCpu,
                Threads = request.Threads,
                AdaptsThreads = request.Options.AdaptThreads && device.IsBuiltInCpu && request.Threads > 1,
                RuntimeVersion = request.Environment.GetVersionString(),
                FailedDevices = request.FailedLibraries,
                LogId = logId,
                Logger = request.Logger,
            };
            if (request.FindProblem?.Invoke(opened) is { } reason)
            {
                throw Refuse(request, device, reason);
            }

            session = null;
            logId = null;
            return opened;
        }
        catch (OnnxRuntimeException error) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("The loading was cancelled.", error, cancellationToken);
        }
        catch (OnnxRuntimeException error)
        {
            throw Refuse(request, device, error.Message.Trim(), error);
        }
        finally
        {
            session?.Dispose();
            if (logId is not null)
            {
                NativeLog.Close(logId);
            }
        }
    }

    private static ModelLoadException Refuse(
        SessionRequest request,
        ListedDevice device,
        string reason,
        Exception? cause = null
    ) =>
        new(
            request.Files.Facts.Path,
            "the device does not serve it:",
            cause,
            [.. request.FailedLibraries, new DeviceAttempt(device.Words, reason)]
        );

    private static List<AssignedNode> ReadAssignment(InferenceSession session, out string? problem)
    {
        try
        {
            problem = null;
            return GraphAssignment.Read(session);
        }
        catch (NotSupportedException error)
        {
            problem = $"ONNX Runtime does not tell where the graph's nodes are computed: {error.Message}.";
            return [];
        }
    }

    private static InferenceSession Create(
        SessionRequest request,
        ListedDevice device,
        IReadOnlyDictionary<string, string> providerOptions,
        string logId,
        CancellationToken cancellationToken
    )
    {
        using var options = SessionSettings.Create(
            request.Files,
            request.Options,
            request.Threads,
            !device.IsBuiltInCpu,
            request.Logger
        );
        options.LogId = logId;
        options.LogSeverityLevel = NativeLog.SeverityFor(request.Logger);
        CustomOperators.Register(request.Files, options);
        if (!device.IsBuiltInCpu)
        {
            options.AppendExecutionProvider(request.Environment, [device.Native!], providerOptions);
        }

        using var cancellation = cancellationToken.Register(() => options.SetLoadCancellationFlag(true));

        // The library opens the files again, by their names.
        var files = new CheckedFiles(request.Files.Stamps);
        files.ThrowIfChanged();
        InferenceSession? session = null;
        try
        {
            session = new InferenceSession(request.Files.GraphPath, options);
            files.ThrowIfChanged();
            return session;
        }
        catch (Exception error) when (error is OnnxRuntimeException or ModelFileException)
        {
            session?.Dispose();
            files.ThrowIfChanged();
            throw;
        }
    }

    /// <summary>What is opened, and how.</summary>
    private sealed record SessionRequest(
        OnnxModelFiles Files,
        ModelLoadOptions Options,
        OrtEnv Environment,
        int Threads,
        ILogger Logger,
        Func<OnnxSession, string?>? FindProblem,
        IReadOnlyList<DeviceAttempt> FailedLibraries
    );

    [LoggerMessage(
        EventId = 313,
        EventName = "OnnxSessionOpened",
        Level = LogLevel.Debug,
        Message = "A session is open on {Device} with {Threads} CPU threads; nodes by execution provider: {Nodes}"
    )]
    private static partial void LogOpened(ILogger logger, string device, int threads, string nodes);
}
