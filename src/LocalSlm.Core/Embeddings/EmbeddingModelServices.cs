using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalSlm.Embeddings;

/// <summary>What an embedding generator needs of a loaded model.</summary>
internal sealed class EmbeddingModelServices
{
    private Func<EmbeddingModelInfo> _info = null!;

    /// <summary>Gets what the model is. Its name is the model id of every vector.</summary>
    public EmbeddingModelInfo Info => _info();

    /// <summary>Sets what tells of the model: it changes when a device fails and another takes over.</summary>
    public required Func<EmbeddingModelInfo> LiveInfo
    {
        init => _info = value;
    }

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
