using Microsoft.Extensions.Logging;

namespace LocalSlm.Hosting.Lifetime;

/// <summary>What hosting logs.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(2110, LogLevel.Error, "Changed options are not taken in; the old ones stay in force. {Problems}")]
    public static partial void OptionsRefused(this ILogger logger, string problems);

    [LoggerMessage(
        2111,
        LogLevel.Information,
        "Changed options are in force. Chat models: {Names}. Embedding models: {EmbeddingNames}."
    )]
    public static partial void OptionsChanged(this ILogger logger, string names, string embeddingNames);

    [LoggerMessage(2112, LogLevel.Warning, "{Options} changed, which takes effect when the host starts again.")]
    public static partial void RestartNeeded(this ILogger logger, string options);

    [LoggerMessage(2121, LogLevel.Information, "Loading model {Model}: {Stage}, {Percent} %.")]
    public static partial void Loading(this ILogger logger, string model, ModelLoadStage stage, int percent);

    [LoggerMessage(2122, LogLevel.Information, "Loading {Count} model(s) before the host starts.")]
    public static partial void WarmUpStarts(this ILogger logger, int count);

    [LoggerMessage(
        2123,
        LogLevel.Information,
        "{Count} model(s) were loaded before the host starts, in {Seconds:F1} s."
    )]
    public static partial void WarmUpEnded(this ILogger logger, int count, double seconds);

    [LoggerMessage(2124, LogLevel.Warning, "Options: {Notice}")]
    public static partial void Notice(this ILogger logger, string notice);
}
