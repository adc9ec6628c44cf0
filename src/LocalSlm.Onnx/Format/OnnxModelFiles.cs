using LocalSlm.Loading;

namespace LocalSlm.Onnx.Format;

/// <summary>What the files of an ONNX model say, checked, before native code sees them. Immutable.</summary>
internal sealed record OnnxModelFiles
{
    /// <summary>Gets the facts that every runtime gives.</summary>
    public required ModelFacts Facts { get; init; }

    /// <summary>Gets the folder.</summary>
    public required string Folder { get; init; }

    /// <summary>Gets how it is laid out.</summary>
    public required OnnxLayout Layout { get; init; }

    /// <summary>Gets the graph's file. Its external data files are there, inside the folder, and long enough.</summary>
    public required string GraphPath { get; init; }

    /// <summary>Gets the graph's file and its external data files as they were when they were checked.</summary>
    public IReadOnlyList<FileStamp> Stamps { get; init; } = [];

    /// <summary>Gets the graph's inputs.</summary>
    public required IReadOnlyList<OnnxTensorInfo> Inputs { get; init; }

    /// <summary>Gets the graph's outputs.</summary>
    public required IReadOnlyList<OnnxTensorInfo> Outputs { get; init; }

    /// <summary>Gets the folder of the tokenizer's files.</summary>
    public required string TokenizerFolder { get; init; }

    /// <summary>Gets the names of a decoder's tensors.</summary>
    public DecoderNames Names { get; init; } = new();

    /// <summary>Gets the caches of keys and values, by layer, as the graph's inputs and outputs have them. An encoder made of a
    /// decoder has them too, and is given empty ones.</summary>
    public IReadOnlyList<LayerCache> Caches { get; init; } = [];

    /// <summary>Gets the recurrent states.</summary>
    public IReadOnlyList<RecurrentState> RecurrentStates { get; init; } = [];

    /// <summary>Gets an encoder's output of one vector for each token, or <see langword="null"/>.</summary>
    public string? TokenOutput { get; init; }

    /// <summary>Gets an encoder's output of one vector for each text, or <see langword="null"/>.</summary>
    public string? SentenceOutput { get; init; }

    /// <summary>Gets the kinds of operator that the graph (with its sub-graphs) uses, as <c>domain:name</c>, such as
    /// <c>com.microsoft:GroupQueryAttention</c>; the standard domain is empty.</summary>
    public required IReadOnlySet<string> Operators { get; init; }

    /// <summary>Gets the rows of a decoder's embedding table, or <see langword="null"/> if the graph does not look ids up in one
    /// directly.</summary>
    public int? EmbeddingRows { get; init; }

    /// <summary>Gets the size of the weights that are multiplied by as a matrix, which ONNX Runtime packs for the processor.</summary>
    public long PackedWeightBytes { get; init; }

    /// <summary>Gets the width of an attention head, of the widest layer; 0 without caches. <see cref="Caches"/> has each
    /// layer's.</summary>
    public int HeadSize { get; init; }

    /// <summary>Gets the number of key and value heads, of the widest layer; 0 without caches.</summary>
    public int KeyValueHeads { get; init; }

    /// <summary>Gets whether the config says that past and present keys and values may be one buffer; <see langword="null"/> if
    /// it does not say.</summary>
    public bool? SharesPastPresent { get; init; }

    /// <summary>Gets the token ids after which generation ends.</summary>
    public required IReadOnlyList<int> EndTokens { get; init; }

    /// <summary>Gets the beginning-of-sequence token, or <see langword="null"/>.</summary>
    public int? BosToken { get; init; }

    /// <summary>Gets the padding token, or <see langword="null"/>.</summary>
    public int? PadToken { get; init; }

    /// <summary>Gets the session options that the config names, as key and value.</summary>
    public IReadOnlyDictionary<string, string> SessionOptions { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets the custom-operator libraries that the config names, as written there.</summary>
    public IReadOnlyList<string> CustomOperatorLibraries { get; init; } = [];

    /// <summary>Gets the execution providers that the config names with their options, in its order.</summary>
    public IReadOnlyList<KeyValuePair<string, IReadOnlyDictionary<string, string>>> Providers { get; init; } = [];

    /// <summary>Gets where config, graph and tokenizer disagree: sentences for the log.</summary>
    public IReadOnlyList<string> Disagreements { get; init; } = [];
}
