using System.Text;
using LocalSlm.Gguf.Interop;
using Microsoft.Extensions.Logging;

namespace LocalSlm.Tests.Interop;

[Collection("native")]
public sealed class NativeLogRouterTests
{
    // enum ggml_log_level of ggml.h.
    private const int Info = 2;
    private const int Warn = 3;
    private const int Error = 4;
    private const int Continued = 5;

    private readonly CapturingLogger _logger = new();

    [Fact]
    public void Append_LinesInPieces_AreJoinedAndLeveled()
    {
        var scope = new NativeLogScope(_logger);
        Write(
            scope,
            (Info, "load: "),
            (Continued, "a"),
            (Continued, "b\n"),
            (Warn, "careful\nagain\n"),
            (Error, "bad\n")
        );
        Assert.Equal(
            [
                (LogLevel.Debug, "llama.cpp: load: ab"),
                (LogLevel.Warning, "llama.cpp: careful"),
                (LogLevel.Warning, "llama.cpp: again"),
                (LogLevel.Error, "llama.cpp: bad"),
            ],
            _logger.Lines
        );
        Assert.Equal("bad", scope.LastErrors);
    }

    [Fact]
    public void Append_LineLeftOpen_EndsWhenTheNextBegins()
    {
        Write(new NativeLogScope(_logger), (Info, "..."), (Info, "next\n"));
        Assert.Equal([(LogLevel.Debug, "llama.cpp: ..."), (LogLevel.Debug, "llama.cpp: next")], _logger.Lines);
    }

    [Fact]
    public void Append_WhereFailureIsExpected_IsDetail()
    {
        var scope = new NativeLogScope(_logger) { ExpectsFailure = true };
        Write(scope, (Error, "failed to compute graph\n"));
        Assert.Equal([(LogLevel.Trace, "llama.cpp: failed to compute graph")], _logger.Lines);
        Assert.Empty(scope.LastErrors);
    }

    private static void Write(NativeLogScope scope, params ReadOnlySpan<(int Level, string Text)> pieces)
    {
        NativeLogRouter.Enter(scope);
        foreach (var (level, text) in pieces)
        {
            NativeLogRouter.Append(level, Encoding.UTF8.GetBytes(text));
        }

        NativeLogRouter.Enter(null);
    }

    private sealed class CapturingLogger : ILogger
    {
        public List<(LogLevel, string)> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => Lines.Add((logLevel, formatter(state, exception)));
    }
}
