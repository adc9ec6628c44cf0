using Microsoft.Extensions.Logging;

namespace LocalSlm.Scheduling;

/// <summary>The engine's log messages. None holds any text of prompts or replies.</summary>
internal static partial class EngineLog
{
    [LoggerMessage(
        1001,
        LogLevel.Debug,
        "Model {Model}: reply {Reply} gave its KV memory ({Tokens} tokens) to an older one and will be replayed"
    )]
    public static partial void Preempted(ILogger logger, string model, long reply, int tokens);

    [LoggerMessage(
        1002,
        LogLevel.Information,
        "Model {Model}: reply {Reply} is not read; its KV memory goes to others"
    )]
    public static partial void ReaderStalled(ILogger logger, string model, long reply);

    [LoggerMessage(
        1003,
        LogLevel.Debug,
        "Model {Model}: reply {Reply} met the end of its context; {Tokens} old tokens were dropped"
    )]
    public static partial void Slid(ILogger logger, string model, long reply, int tokens);

    [LoggerMessage(1004, LogLevel.Error, "Model {Model}: a step failed; the replies in it were ended")]
    public static partial void StepFailed(ILogger logger, string model, Exception error);
}
