using Microsoft.Extensions.Logging;

namespace LocalSlm.Chat;

/// <summary>What the chat client logs. Never the text of a conversation.</summary>
internal static partial class ChatLog
{
    [LoggerMessage(
        1100,
        LogLevel.Warning,
        "Model {Model}: {Turns} old turns ({Messages} messages) were left out; the prompt is now {PromptTokens} of {ContextTokens} tokens"
    )]
    public static partial void TurnsDropped(
        this ILogger logger,
        string model,
        int turns,
        int messages,
        int promptTokens,
        int contextTokens
    );

    [LoggerMessage(
        1101,
        LogLevel.Warning,
        "Model {Model}: the request allows lenient schemas; not enforced: {Downgrades}"
    )]
    public static partial void SchemaDowngraded(this ILogger logger, string model, string downgrades);
}
