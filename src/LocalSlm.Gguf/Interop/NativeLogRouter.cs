using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Logging;

namespace LocalSlm.Gguf.Interop;

/// <summary>Takes the messages of llama.cpp, which has one callback for the whole process, to the logger of the model that the
/// calling thread works for; messages of other threads go to the model that was opened last.</summary>
internal static unsafe partial class NativeLogRouter
{
    private const int NativeError = 4; // GGML_LOG_LEVEL_ERROR

    private static readonly Lock s_gate = new();
    private static readonly List<NativeLogScope> s_open = [];

    [ThreadStatic]
    private static NativeLogScope? t_current;

    [ThreadStatic]
    private static StringBuilder? t_line;

    [ThreadStatic]
    private static int t_level;

    [ThreadStatic]
    private static bool t_skips;

    /// <summary>Sets the callbacks of the loaded libraries.</summary>
    public static void Install()
    {
        LlamaNative.llama_log_set(&Receive, null);
        GgmlNative.ggml_log_set(&Receive, null);
    }

    /// <summary>Says for whom the calling thread works; <see langword="null"/> for nobody.</summary>
    public static void Enter(NativeLogScope? scope) => t_current = scope;

    /// <summary>Adds a scope that may receive the messages of threads that work for nobody.</summary>
    public static void Open(NativeLogScope scope)
    {
        lock (s_gate)
        {
            s_open.Add(scope);
        }
    }

    /// <summary>Takes a scope out.</summary>
    public static void Close(NativeLogScope scope)
    {
        lock (s_gate)
        {
            s_open.Remove(scope);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Receive(int level, byte* text, void* data)
    {
        try
        {
            Append(level, MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text));
        }
#pragma warning disable CA1031 // An exception that leaves this method ends the process; a logger that throws must not do that.
        catch
#pragma warning restore CA1031
        {
            t_line?.Clear();
        }
    }

    /// <summary>Joins pieces to lines: llama.cpp writes long lines in several calls, all but the first with the level
    /// <c>GGML_LOG_LEVEL_CONT</c>. Lines that nobody wants cost nothing: the library writes some at every step.</summary>
    internal static void Append(int level, ReadOnlySpan<byte> text)
    {
        const int Continued = 5;
        var line = t_line ??= new StringBuilder();
        if (level != Continued)
        {
            Flush(line);
            t_level = level;
            t_skips = !IsWanted(level);
        }

        if (t_skips)
        {
            return;
        }

        while (text.IndexOf((byte)'\n') is >= 0 and var end)
        {
            line.Append(Encoding.UTF8.GetString(text[..end]));
            Flush(line);
            text = text[(end + 1)..];
        }

        line.Append(Encoding.UTF8.GetString(text));
    }

    private static bool IsWanted(int nativeLevel) =>
        (t_current ?? Latest()) is { } scope
        && (
            nativeLevel == NativeError
            || scope.Report is not null
            || scope.Logger.IsEnabled(LevelOf(nativeLevel, scope))
        );

    private static LogLevel LevelOf(int nativeLevel, NativeLogScope scope)
    {
        // ggml.h: NONE 0, DEBUG 1, INFO 2, WARN 3, ERROR 4. What llama.cpp calls information is detail for the user of an app.
        var level = nativeLevel switch
        {
            NativeError => LogLevel.Error,
            3 => LogLevel.Warning,
            2 => LogLevel.Debug,
            _ => LogLevel.Trace,
        };
        return level >= LogLevel.Warning && scope.ExpectsFailure ? LogLevel.Trace : level;
    }

    private static void Flush(StringBuilder line)
    {
        if (line.Length == 0)
        {
            return;
        }

        var message = line.ToString().TrimEnd();
        line.Clear();
        if (message.Length == 0 || (t_current ?? Latest()) is not { } scope)
        {
            return;
        }

        scope.Report?.Read(message);
        var level = LevelOf(t_level, scope);
        if (level == LogLevel.Error)
        {
            scope.AddError(message);
        }
        else if (scope.ExpectedWarning is { } expected && message.Contains(expected, StringComparison.Ordinal))
        {
            level = LogLevel.Debug;
        }

        LogNative(scope.Logger, level, message);
    }

    private static NativeLogScope? Latest()
    {
        lock (s_gate)
        {
            return s_open.Count > 0 ? s_open[^1] : null;
        }
    }

    [LoggerMessage(EventId = 200, EventName = "LlamaMessage", Message = "llama.cpp: {Line}")]
    private static partial void LogNative(ILogger logger, LogLevel level, string line);
}
