using Microsoft.Extensions.Logging;

namespace LocalSlm.OnnxProbe;

/// <summary>Gives every category the console.</summary>
internal sealed class ConsoleLoggerFactory : ILoggerFactory
{
    public void AddProvider(ILoggerProvider provider) { }

    public ILogger CreateLogger(string categoryName) => new ConsoleLogger();

    public void Dispose() { }
}
