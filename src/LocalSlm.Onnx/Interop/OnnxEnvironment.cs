using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;

namespace LocalSlm.Onnx.Interop;

/// <summary>Starts ONNX Runtime, once for the process. Every part of this package that needs it asks here, so that its telemetry
/// is off, its messages arrive in our log, and a missing library is a clear error.</summary>
internal static partial class OnnxEnvironment
{
    private static readonly Lock s_gate = new();
    private static OrtEnv? s_environment;
    private static NativeLibraryException? s_failure;

    /// <summary>Gets the library's version; <see langword="null"/> before it is started here.</summary>
    public static string? Version => Volatile.Read(ref s_environment)?.GetVersionString();

    /// <summary>Gets the environment, and starts the library if that has not been done.</summary>
    /// <param name="logger">Told if telemetry could not be switched off in time.</param>
    /// <exception cref="NativeLibraryException">The library is missing, cannot be loaded, or is too old.</exception>
    public static OrtEnv Get(ILogger logger)
    {
        if (Volatile.Read(ref s_environment) is { } environment)
        {
            return environment;
        }

        lock (s_gate)
        {
            if (s_failure is not null)
            {
                throw s_failure;
            }

            if (s_environment is null)
            {
                Volatile.Write(ref s_environment, Start(logger));
            }

            return s_environment;
        }
    }

    private static OrtEnv Start(ILogger logger)
    {
        try
        {
            var environment = Create();

            // What the variable has switched off already, and all that can be done if it came too late.
            environment.DisableTelemetryEvents();
            if (TelemetrySwitch.CameTooLate || !TelemetrySwitch.IsSet)
            {
                LogTelemetryTooLate(logger, TelemetrySwitch.Variable);
            }

            return environment;
        }
        catch (Exception error)
            when (error
                    is TypeInitializationException
                        or DllNotFoundException
                        or BadImageFormatException
                        or EntryPointNotFoundException
            )
        {
            throw s_failure = MissingLibrary.Explain(error);
        }
    }

    private static OrtEnv Create()
    {
        if (!OrtEnv.IsCreated)
        {
            var options = new EnvironmentCreationOptions
            {
                logId = NativeLog.SharedId,
                logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING,
                loggingFunction = NativeLog.Receive,
            };
            try
            {
                return OrtEnv.CreateInstanceWithOptions(ref options);
            }
            catch (OnnxRuntimeException) when (OrtEnv.IsCreated)
            {
                // The application made it in this moment.
            }
        }

        // The application's own: its messages go where it said.
        return OrtEnv.Instance();
    }

    [LoggerMessage(
        EventId = 301,
        EventName = "OnnxTelemetryTooLate",
        Level = LogLevel.Warning,
        Message = "ONNX Runtime was in this process before LocalSlm.Onnx, with its telemetry on if it was started then. It is switched "
            + "off now as far as its API can; files that it has written below the user's cache folder, and events that it has sent, "
            + "remain. Set the environment variable {Variable}=1 for the process, or create OnnxModelRuntime before other code uses "
            + "ONNX Runtime."
    )]
    private static partial void LogTelemetryTooLate(ILogger logger, string variable);
}
