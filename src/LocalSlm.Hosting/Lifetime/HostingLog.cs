using Microsoft.Extensions.Logging;

namespace LocalSlm.Hosting.Lifetime;

/// <summary>What hosting logs.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(2100, LogLevel.Error, "Model {Model} could not be loaded; the next request tries again: {Problem}")]
    public static partial void LoadFailed(this ILogger logger, string model, string problem);
}
