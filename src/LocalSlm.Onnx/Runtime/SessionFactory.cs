using LocalSlm.Hardware;
using LocalSlm.Onnx.Devices;
using LocalSlm.Onnx.Format;
using LocalSlm.Onnx.Interop;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;

namespace LocalSlm.Onnx.Runtime;

/// <summary>Opens sessions on the devices that a caller names.</summary>
internal static partial class SessionFactory
{
    // As many as llama.cpp takes; a number of threads beyond any machine is a mistake, and the library would make them all.
    private const int MostThreads = 512;

    /// <summary>Opens a session with the default runtime options.</summary>
    public static OnnxSession Open(
        OnnxModelFiles files,
        ModelLoadOptions options,
        ILogger logger,
        CancellationToken cancellationToken
    ) => Open(files, options, new OnnxRuntimeOptions(), logger, findProblem: null, cancellationToken);

    /// <summary>Opens a session on the first device that serves the model. ONNX Runtime tells no progress of it.</summary>
    /// <param name="files">The checked files.</param>
    /// <param name="options">How to load.</param>
    /// <param name="runtimeOptions">How ONNX Runtime is used.</param>
    /// <param name="logger">Where messages go.</param>
    /// <param name="findProblem">Tries a session that is open, and tells why its device does not serve, or <see langword="null"/>: a
    /// device that opens a graph may still be unable to compute it.</param>
    /// <param name="cancellationToken">Ends the loading: between two devices, and within one at the library's next check.</param>
    /// <returns>The session; the caller disposes it.</returns>
    /// <exception cref="NativeLibraryException">ONNX Runtime is missing, cannot be loaded, or is too old.</exception>
    /// <exception cref="UnsupportedModelException">It needs custom operators, which are not allowed.</exception>
    /// <exception cref="ModelLoadException">No device serves it; each is listed with its reason.</exception>
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
        var failed = new List<DeviceAttempt>(ProviderLibraries.Register(environment, runtimeOptions, logger));
        foreach (var step in DevicePlan.Make(options.Devices, DeviceCatalog.Read(environment)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var failure = step.Failure;
            if (step.Device is { } device)
            {
                (var session, failure) = TryDevice(
                    new SessionRequest(files, options, environment, threads, logger, findProblem),
                    device,
                    step.Selector,
                    failed,
                    cancellationToken
                );
                if (session is not null)
                {
                    return session;
                }
            }

            failed.Add(failure!);
            LogFailed(logger, failure!.Device, failure.Reason);
        }

        throw new ModelLoadException(
            files.Facts.Path,
            failed.Count == 1
                ? "the one device that was tried does not serve it:"
                : "no device serves it. Correct what failed, or add another device to ModelLoadOptions.Devices. Tried were:",
            failedDevices: failed
        );
    }

    private static (OnnxSession? Session, DeviceAttempt? Failure) TryDevice(
        SessionRequest request,
        ListedDevice device,
        DeviceSelector selector,
        List<DeviceAttempt> failed,
        CancellationToken cancellationToken
    )
    {
        var logId = NativeLog.Open(request.Logger);
        InferenceSession? session = null;
        try
        {
            session = Create(request, device, selector, logId, cancellationToken);
            var nodes = ReadAssignment(session, out var unknown);
            if (unknown is not null)
            {
                return (null, new DeviceAttempt(device.Words, unknown));
            }

            if (AssignmentCheck.FindProblem(nodes, device.Provider) is { } problem)
            {
                return (null, new DeviceAttempt(device.Words, problem));
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
                RuntimeVersion = request.Environment.GetVersionString(),
                FailedDevices = [.. failed],
                LogId = logId,
            };
            if (request.FindProblem?.Invoke(opened) is { } reason)
            {
                return (null, new DeviceAttempt(device.Words, reason));
            }

            session = null;
            logId = null;
            return (opened, null);
        }
        catch (OnnxRuntimeException error) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("The loading was cancelled.", error, cancellationToken);
        }
        catch (OnnxRuntimeException error)
        {
            return (null, new DeviceAttempt(device.Words, error.Message.Trim()));
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
        DeviceSelector selector,
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
            options.AppendExecutionProvider(request.Environment, [device.Native!], selector.ProviderOptions);
        }

        using var cancellation = cancellationToken.Register(() => options.SetLoadCancellationFlag(true));
        return new InferenceSession(request.Files.GraphPath, options);
    }

    /// <summary>What is the same for every device.</summary>
    private sealed record SessionRequest(
        OnnxModelFiles Files,
        ModelLoadOptions Options,
        OrtEnv Environment,
        int Threads,
        ILogger Logger,
        Func<OnnxSession, string?>? FindProblem
    );

    [LoggerMessage(
        EventId = 312,
        EventName = "OnnxDeviceFailed",
        Level = LogLevel.Warning,
        Message = "Device {Device} does not serve the model: {Reason}"
    )]
    private static partial void LogFailed(ILogger logger, string device, string reason);

    [LoggerMessage(
        EventId = 313,
        EventName = "OnnxSessionOpened",
        Level = LogLevel.Debug,
        Message = "A session is open on {Device} with {Threads} CPU threads; nodes by execution provider: {Nodes}"
    )]
    private static partial void LogOpened(ILogger logger, string device, int threads, string nodes);
}
