namespace LocalSlm;

/// <summary>What a model's files say about it, read without loading it. Immutable and safe to share.</summary>
public sealed record ModelFacts
{
    /// <summary>Gets the path of the model's file or folder, as it was given.</summary>
    public required string Path { get; init; }

    /// <summary>Gets the name of the runtime that read it, such as <c>llama.cpp</c>.</summary>
    public required string Runtime { get; init; }

    /// <summary>Gets the architecture as the file names it, such as <c>llama</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>Gets the model's own name, or <see langword="null"/> if it has none.</summary>
    public string? Name { get; init; }

    /// <summary>Gets what the quantization is called, such as <c>Q4_1</c>, or <see langword="null"/> if unknown.</summary>
    public string? Quantization { get; init; }

    /// <summary>Gets the number of weights.</summary>
    public long ParameterCount { get; init; }

    /// <summary>Gets the size of all weight data, in bytes.</summary>
    public long WeightBytes { get; init; }

    /// <summary>Gets what each layer takes, in order; empty where the files do not tell.</summary>
    public IReadOnlyList<LayerFacts> Layers { get; init; } = [];

    /// <summary>Gets the weights before the layers (token embeddings), in bytes; 0 if unknown.</summary>
    public long InputWeightBytes { get; init; }

    /// <summary>Gets the weights behind the layers (output projection), in bytes; 0 if unknown. A projection that shares the token
    /// embeddings counts here as well, though not in <see cref="WeightBytes"/>.</summary>
    public long OutputWeightBytes { get; init; }

    /// <summary>Gets the width inside the feed-forward part, of the widest layer; of a mixture, of all experts that compute one token
    /// together; 0 if unknown.</summary>
    public int FeedForwardLength { get; init; }

    /// <summary>Gets the number of experts of a mixture; 0 for none.</summary>
    public int ExpertCount { get; init; }

    /// <summary>Gets how many experts of a mixture compute each token; 0 for none.</summary>
    public int ExpertsPerToken { get; init; }

    /// <summary>Gets the number of layers (transformer blocks).</summary>
    public int LayerCount { get; init; }

    /// <summary>Gets the width of the hidden state.</summary>
    public int EmbeddingLength { get; init; }

    /// <summary>Gets the number of attention heads, of the widest layer.</summary>
    public int HeadCount { get; init; }

    /// <summary>Gets the width of the queries of all attention heads together, of the widest layer; 0 if unknown.</summary>
    public int QueryLength { get; init; }

    /// <summary>Gets the bytes of KV cache that one token takes over all layers with 16-bit keys and values; 0 if it has none.</summary>
    public long KvBytesPerToken { get; init; }

    /// <summary>Gets the bytes of recurrent state of one sequence; 0 where there is none.</summary>
    public long RecurrentBytesPerSequence { get; init; }

    /// <summary>Gets the length the model was trained for, in tokens.</summary>
    public int TrainedContextTokens { get; init; }

    /// <summary>Gets the number of token ids.</summary>
    public int VocabularySize { get; init; }

    /// <summary>Gets the kind of tokenizer, as the file names it, such as <c>gpt2</c>.</summary>
    public string? TokenizerKind { get; init; }

    /// <summary>Gets the chat template, in Jinja, or <see langword="null"/> if the model brings none.</summary>
    public string? ChatTemplate { get; init; }

    /// <summary>Gets further chat templates by name, such as <c>tool_use</c>.</summary>
    public IReadOnlyDictionary<string, string> NamedChatTemplates { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets the pooling of an embedding model, as the file names it, or <see langword="null"/>.</summary>
    public string? Pooling { get; init; }

    /// <summary>Gets what is known about the vectors that it makes, or <see langword="null"/> if it is no embedding model.</summary>
    public EmbeddingFacts? Embedding { get; init; }

    /// <summary>Gets a value indicating whether the model can generate text (it is not an encoder only).</summary>
    public bool CanGenerate { get; init; } = true;

    /// <summary>Gets a value indicating whether some layers keep a recurrent state that cannot be cut back.</summary>
    public bool IsRecurrent { get; init; }

    /// <summary>Gets the sliding window of its attention, in tokens; 0 for none.</summary>
    public int SlidingWindowTokens { get; init; }

    /// <summary>Gets the sampling that the model's publisher recommends; empty where nothing is said.</summary>
    public RecommendedSampling RecommendedSampling { get; init; } = new();
}
