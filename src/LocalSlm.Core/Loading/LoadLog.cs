using Microsoft.Extensions.Logging;

namespace LocalSlm.Loading;

/// <summary>The log messages of loads.</summary>
internal static partial class LoadLog
{
    [LoggerMessage(20, LogLevel.Warning, "Model {Model}: {Device} does not serve it; {Next} is tried next. {Reason}")]
    public static partial void FellBack(ILogger logger, string model, string device, string next, string reason);

    [LoggerMessage(
        21,
        LogLevel.Warning,
        "Model {Model}: {Device} failed while it computed; {Next} is tried next. {Reason}"
    )]
    public static partial void FailedOver(ILogger logger, string model, string device, string next, string reason);

    [LoggerMessage(
        22,
        LogLevel.Information,
        "Model {Model}: {Device} cannot be had at the moment; it is tried again in {Seconds:F1} s. {Reason}"
    )]
    public static partial void Retrying(ILogger logger, string model, string device, double seconds, string reason);

    [LoggerMessage(
        23,
        LogLevel.Warning,
        "A load did not end {Seconds:F0} s after it was told to. Its native thread is left behind; what it still loads is freed when it comes back."
    )]
    public static partial void LeftBehind(ILogger logger, double seconds);

    [LoggerMessage(
        24,
        LogLevel.Warning,
        "The folder '{Folder}' cannot be used ({Reason}). Loads that end the process, and measured devices, are not remembered there."
    )]
    public static partial void StateUnusable(ILogger logger, string folder, string reason);

    [LoggerMessage(
        25,
        LogLevel.Information,
        "Model {Model} on {Device}: {PromptRate:F1} prompt tokens/s, {ReplyRate:F1} tokens/s."
    )]
    public static partial void Measured(
        ILogger logger,
        string model,
        string device,
        double promptRate,
        double replyRate
    );

    [LoggerMessage(
        27,
        LogLevel.Warning,
        "Model {Model}: ContextTokens is {Tokens}, but the model was trained for {Trained}. What it writes in longer conversations may be worse."
    )]
    public static partial void BeyondTraining(ILogger logger, string model, int tokens, int trained);

    [LoggerMessage(
        28,
        LogLevel.Information,
        "This user has no folder for the data of programs. Loads that end the process, and measured devices, are not remembered; set "
            + "LocalSlmOptions.StateDirectory."
    )]
    public static partial void NoStateFolder(ILogger logger);

    [LoggerMessage(26, LogLevel.Debug, "Model {Model}: {Device} is left out. {Reason}")]
    public static partial void LeftOut(ILogger logger, string model, string device, string reason);
}
