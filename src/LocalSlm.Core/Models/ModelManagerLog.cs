using Microsoft.Extensions.Logging;

namespace LocalSlm.Models;

/// <summary>What the model manager logs.</summary>
internal static partial class ModelManagerLog
{
    [LoggerMessage(2100, LogLevel.Error, "Model {Model} could not be loaded; the next request tries again: {Problem}")]
    public static partial void LoadFailed(this ILogger logger, string model, string problem);

    [LoggerMessage(2101, LogLevel.Information, "Model {Model} leaves ({Reason}).")]
    public static partial void Unloading(this ILogger logger, string model, UnloadReason reason);

    [LoggerMessage(2102, LogLevel.Error, "Model {Model} could not be unloaded cleanly.")]
    public static partial void UnloadFailed(this ILogger logger, string model, Exception error);
}
