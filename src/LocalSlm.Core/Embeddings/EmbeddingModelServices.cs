using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalSlm.Embeddings;

/// <summary>What an embedding generator needs of a loaded model.</summary>
internal sealed record EmbeddingModelServices
{
    /// <summary>Gets what the model is. Its name is the model id of every vector.</summary>
    public required EmbeddingModelInfo Info { get; init; }

    /// <summary>Gets the engine.</summary>
    public required EmbeddingEngine Engine { get; init; }

    /// <summary>Gets the tokenizer.</summary>
    public required ITokenizer Tokenizer { get; init; }

    /// <summary>Gets what turns texts into tokens.</summary>
    public required TextEncoder Encoder { get; init; }

    /// <summary>Gets the clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Gets the log.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;
}
