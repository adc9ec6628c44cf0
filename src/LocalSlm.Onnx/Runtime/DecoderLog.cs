using Microsoft.Extensions.Logging;

namespace LocalSlm.Onnx.Runtime;

/// <summary>Messages of the decode loop.</summary>
internal static partial class DecoderLog
{
    [LoggerMessage(1, LogLevel.Error, "ONNX Runtime could not compute a step of {Tokens} tokens.")]
    public static partial void StepFailed(ILogger logger, int tokens, Exception error);

    [LoggerMessage(
        2,
        LogLevel.Debug,
        "The memory of keys and values holds {Slots} conversations of {Tokens} tokens now, {MiB} MiB."
    )]
    public static partial void Reshaped(ILogger logger, int slots, int tokens, long mib);

    [LoggerMessage(3, LogLevel.Warning, "{Sentence}")]
    public static partial void Disagreement(ILogger logger, string sentence);

    [LoggerMessage(4, LogLevel.Debug, "{Path}: {Kv} caches of keys and values, {States} states; {Way}.")]
    public static partial void GraphRead(ILogger logger, string path, int kv, int states, string way);

    [LoggerMessage(5, LogLevel.Error, "Token {Token} is not in the vocabulary of {Count}; its row is not computed.")]
    public static partial void ForeignToken(ILogger logger, int token, int count);
}
