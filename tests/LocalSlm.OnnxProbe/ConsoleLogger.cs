using Microsoft.Extensions.Logging;

namespace LocalSlm.OnnxProbe;

/// <summary>Writes each message as a line: level, event, text.</summary>
internal sealed class ConsoleLogger(LogLevel least = LogLevel.Warning) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        if (IsEnabled(logLevel))
        {
            Console.WriteLine($"{logLevel} {eventId.Name}: {formatter(state, exception)}");
        }
    }
}
