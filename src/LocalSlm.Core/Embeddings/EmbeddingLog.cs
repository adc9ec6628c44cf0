using Microsoft.Extensions.Logging;

namespace LocalSlm.Embeddings;

/// <summary>The log messages of embedding. None holds text.</summary>
internal static partial class EmbeddingLog
{
    [LoggerMessage(
        1200,
        LogLevel.Debug,
        "Model {Model}: {Texts} texts have more than {MaxTokens} tokens; {Dropped} tokens were left out."
    )]
    public static partial void OverlongTexts(ILogger logger, string model, int texts, int maxTokens, long dropped);

    [LoggerMessage(
        1201,
        LogLevel.Information,
        "Model {Model}: its files do not say how hidden states become a vector; the mean is taken. Set Pooling to choose."
    )]
    public static partial void PoolingUnknown(ILogger logger, string model);
}
