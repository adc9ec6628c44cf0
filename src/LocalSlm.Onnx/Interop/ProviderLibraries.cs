using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;

namespace LocalSlm.Onnx.Interop;

/// <summary>Registers libraries of plug-in execution providers: each once for the process, and for good. Taking one out while a
/// session lives aborts the process at its end (1.31.1), and nothing is gained by it.</summary>
internal static partial class ProviderLibraries
{
    private static readonly Lock s_gate = new();
    private static readonly Dictionary<string, string> s_registered = new(StringComparer.Ordinal);

    /// <summary>Registers what is not registered yet.</summary>
    /// <returns>Those that failed, with the reason: their devices are missing.</returns>
    public static IReadOnlyList<DeviceAttempt> Register(OrtEnv environment, OnnxRuntimeOptions options, ILogger logger)
    {
        if (options.ProviderLibraries.Count == 0)
        {
            return [];
        }

        var failures = new List<DeviceAttempt>();
        lock (s_gate)
        {
            foreach (var (name, path) in options.ProviderLibraries)
            {
                var full = Path.GetFullPath(path);
                if (Register(environment, name, full) is { } reason)
                {
                    LogFailed(logger, name, full, reason);
                    failures.Add(new DeviceAttempt(name, reason));
                }
            }
        }

        return failures;
    }

    private static string? Register(OrtEnv environment, string name, string path)
    {
        if (s_registered.TryGetValue(name, out var earlier))
        {
            return earlier == path
                ? null
                : $"The provider library '{path}' was not registered: '{earlier}' has this name already in this process. Choose another name.";
        }

        if (!File.Exists(path))
        {
            return $"The provider library '{path}' is not there. Correct OnnxRuntimeOptions.ProviderLibraries.";
        }

        try
        {
            environment.RegisterExecutionProviderLibrary(name, path);
        }
        catch (OnnxRuntimeException error)
        {
            return $"The provider library '{path}' could not be registered: {error.Message}";
        }

        s_registered.Add(name, path);
        return null;
    }

    [LoggerMessage(
        EventId = 302,
        EventName = "OnnxProviderLibraryFailed",
        Level = LogLevel.Warning,
        Message = "The library of execution provider '{Name}', '{Path}', is not used: {Reason}"
    )]
    private static partial void LogFailed(ILogger logger, string name, string path, string reason);
}
