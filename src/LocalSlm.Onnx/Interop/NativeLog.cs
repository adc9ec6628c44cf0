using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;

namespace LocalSlm.Onnx.Interop;

/// <summary>Takes the messages of ONNX Runtime, which has one receiver for the whole process, to the logger of the session that
/// they are about: each session has a log id of its own.</summary>
internal static partial class NativeLog
{
    /// <summary>The log id of messages about no session.</summary>
    public const string SharedId = "LocalSlm";

    // What a session says about every sound model: shape arithmetic belongs on the CPU by design, and unused weights are dropped.
    private static readonly string[] s_expected =
    [
        "Some nodes were not assigned to the preferred execution providers",
        "Rerunning with verbose output",
        "Removing initializer",
        "GPU device discovery failed",
    ];

    private static readonly ConcurrentDictionary<string, ILogger> s_loggers = new();
    private static long s_last;

    /// <summary>Adds a receiver.</summary>
    /// <returns>The log id to give to the session; <see cref="Close"/> takes it.</returns>
    public static string Open(ILogger logger)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"{SharedId}-{Interlocked.Increment(ref s_last)}");
        s_loggers[id] = logger;
        return id;
    }

    /// <summary>Takes a receiver out.</summary>
    public static void Close(string id) => s_loggers.TryRemove(id, out _);

    /// <summary>Gets how much a session must say for a logger; what would be thrown away is better not made.</summary>
    public static OrtLoggingLevel SeverityFor(ILogger logger) =>
        logger.IsEnabled(LogLevel.Trace) ? OrtLoggingLevel.ORT_LOGGING_LEVEL_INFO
        : logger.IsEnabled(LogLevel.Warning) ? OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING
        : logger.IsEnabled(LogLevel.Error) ? OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR
        : OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL;

    /// <summary>Receives a message; called by native threads.</summary>
    public static void Receive(
        nint data,
        OrtLoggingLevel severity,
        string category,
        string logId,
        string codeLocation,
        string message
    )
    {
#pragma warning disable CA1031 // An exception that leaves this method ends the process; a logger that throws must not do that.
        try
        {
            if (s_loggers.TryGetValue(logId, out var logger))
            {
                var level = LevelOf(severity, message);
                var line = message.Trim();
                LogNative(logger, level, line);
            }
        }
        catch
        {
            // Nothing is left to tell it to.
        }
#pragma warning restore CA1031
    }

    /// <summary>What the library calls information is detail for the user of an application.</summary>
    internal static LogLevel LevelOf(OrtLoggingLevel severity, string message) =>
        severity switch
        {
            OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL => LogLevel.Critical,
            OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR => LogLevel.Error,
            OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING => IsExpected(message) ? LogLevel.Debug : LogLevel.Warning,
            _ => LogLevel.Trace,
        };

    private static bool IsExpected(string message)
    {
        foreach (var expected in s_expected)
        {
            if (message.Contains(expected, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    [LoggerMessage(EventId = 300, EventName = "OnnxRuntimeMessage", Message = "ONNX Runtime: {Line}")]
    private static partial void LogNative(ILogger logger, LogLevel level, string line);
}
