using Microsoft.Extensions.Logging;

namespace LocalSlm.Tests.Chat;

/// <summary>Keeps what is logged, as text.</summary>
internal sealed class RecordingLogger : ILogger, ILoggerFactory
{
    public List<string> Entries { get; } = [];

    public LogLevel Level { get; init; } = LogLevel.Trace;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= Level;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        lock (Entries)
        {
            Entries.Add(formatter(state, exception));
        }
    }

    public void AddProvider(ILoggerProvider provider) { }

    public ILogger CreateLogger(string categoryName) => this;

    public void Dispose() { }
}
