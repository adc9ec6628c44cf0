namespace LocalSlm.Onnx.Format;

/// <summary>What a <c>genai_config.json</c> says. (Fields as of ONNX Runtime GenAI 0.16 to 0.18.)</summary>
internal sealed record GenAiConfig
{
    public const string FileName = "genai_config.json";

    // Far above any model; they keep later arithmetic from overflowing.
    public const int MostLayers = 4096;
    public const int MostHeads = 65_536;
    public const int MostWidth = 1 << 20;
    public const int MostTokens = 1 << 28;

    public required string Path { get; init; }

    public required string Type { get; init; }

    public required string GraphFile { get; init; }

    public string? TokenizerFolder { get; init; }

    public int? Vocabulary { get; init; }

    public int? Context { get; init; }

    public int? Layers { get; init; }

    public int? Heads { get; init; }

    public int? KeyValueHeads { get; init; }

    public int? HeadSize { get; init; }

    public int? HiddenSize { get; init; }

    public int? SlidingWindow { get; init; }

    public required DecoderNames Names { get; init; }

    public bool? SharesPastPresent { get; init; }

    /// <summary>Gets the end tokens as written; those of padding where none are.</summary>
    public IReadOnlyList<double> EndTokens { get; init; } = [];

    public double? BosToken { get; init; }

    public double? PadToken { get; init; }

    public IReadOnlyDictionary<string, string> SessionOptions { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<string> CustomOperatorLibraries { get; init; } = [];

    public IReadOnlyList<KeyValuePair<string, IReadOnlyDictionary<string, string>>> Providers { get; init; } = [];

    public RecommendedSampling Sampling { get; init; } = new();
}
