using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace LocalSlm.Benchmarks.EndToEnd.Measuring;

/// <summary>Notes when the engine says that another device has taken over.</summary>
internal sealed class FailoverWatch : ILoggerFactory, ILogger
{
    private long _replacedAt;

    /// <summary>Gets when that was (a timestamp of the stopwatch); 0 before.</summary>
    public long ReplacedAt => Volatile.Read(ref _replacedAt);

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose() { }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        if (eventId.Name == "DeviceReplaced")
        {
            Volatile.Write(ref _replacedAt, Stopwatch.GetTimestamp());
        }
    }
}
