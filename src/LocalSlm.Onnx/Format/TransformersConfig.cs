using System.Text.Json;

namespace LocalSlm.Onnx.Format;

/// <summary>What a <c>config.json</c> of the transformers library says, under the names that its model families use.</summary>
internal sealed record TransformersConfig
{
    public const string FileName = "config.json";
    private const int FileLimit = 16 << 20;

    public required string Path { get; init; }

    public required string ModelType { get; init; }

    /// <summary>Gets the name that the publisher gave, or <see langword="null"/>.</summary>
    public string? Name { get; init; }

    public IReadOnlyList<string> Architectures { get; init; } = [];

    public int? Vocabulary { get; init; }

    public int? Context { get; init; }

    public int? Layers { get; init; }

    public int? Heads { get; init; }

    public int? KeyValueHeads { get; init; }

    public int? HeadSize { get; init; }

    public int? HiddenSize { get; init; }

    public int? SlidingWindow { get; init; }

    public IReadOnlyList<double> EndTokens { get; init; } = [];

    public double? BosToken { get; init; }

    public double? PadToken { get; init; }

    public IReadOnlyList<int> MatryoshkaDimensions { get; init; } = [];

    public static TransformersConfig Read(string path, string modelPath)
    {
        var root = JsonFile.Read(path, FileLimit).Root;
        var type =
            root.FindText("model_type")
            ?? throw new ModelFileException(
                path,
                "'model_type' is missing. The file is no model's config, or damaged."
            );
        Refuse(root, type, modelPath);
        return new()
        {
            Path = path,
            ModelType = type,
            Name = root.FindText("_name_or_path") is { Length: > 0 } name && !LooksLikePath(name) ? name : null,
            Architectures = [.. root.Find("architectures")?.Entries().Take(16).Select(entry => entry.Text()) ?? []],
            Vocabulary = root.FindInteger("vocab_size", 1, GenAiConfig.MostTokens),
            Context = First(
                root,
                int.MaxValue,
                "max_position_embeddings",
                "n_positions",
                "max_sequence_length",
                "seq_length"
            ),
            Layers = First(root, GenAiConfig.MostLayers, "num_hidden_layers", "n_layer", "num_layers", "n_layers"),
            Heads = First(root, GenAiConfig.MostHeads, "num_attention_heads", "n_head", "num_heads", "n_heads"),
            KeyValueHeads = root.FindInteger("num_key_value_heads", 1, GenAiConfig.MostHeads),
            HeadSize = root.FindInteger("head_dim", 1, GenAiConfig.MostWidth),
            HiddenSize = First(root, GenAiConfig.MostWidth, "hidden_size", "n_embd", "d_model", "dim"),
            SlidingWindow =
                root.FindBool("use_sliding_window") == false
                    ? null
                    : root.FindInteger("sliding_window", 0, GenAiConfig.MostTokens),
            EndTokens = GenAiConfigReader.TokenIds(root.Find("eos_token_id")),
            BosToken = GenAiConfigReader.TokenIds(root.Find("bos_token_id")) is [var bos, ..] ? bos : null,
            PadToken = GenAiConfigReader.TokenIds(root.Find("pad_token_id")) is [var pad, ..] ? pad : null,
            MatryoshkaDimensions = Dimensions(root.Find("matryoshka_dimensions")),
        };
    }

    /// <summary>Reads a list of vector lengths.</summary>
    public static IReadOnlyList<int> Dimensions(ConfigNode? node) =>
        node is { Kind: JsonValueKind.Array } list
            ? [.. list.Entries().Take(1024).Select(entry => entry.Integer(1, GenAiConfig.MostWidth)).Distinct().Order()]
            : [];

    private static void Refuse(ConfigNode root, string type, string modelPath)
    {
        if (root.FindBool("is_encoder_decoder") == true)
        {
            throw new UnsupportedModelException(
                modelPath,
                type,
                "it is an encoder-decoder model ('is_encoder_decoder' in config.json); only decoders and encoders of text are served."
            );
        }

        foreach (var (block, what) in new[] { ("vision_config", "images"), ("audio_config", "sound") })
        {
            if (root.Find(block) is not null)
            {
                throw new UnsupportedModelException(
                    modelPath,
                    type,
                    $"it takes {what} ('{block}' in config.json); only text models are served."
                );
            }
        }
    }

    private static int? First(ConfigNode root, int most, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (root.FindInteger(name, 1, most) is { } value)
            {
                return value;
            }
        }

        return null;
    }

    // The folder it was trained in says nothing to anyone else.
    private static bool LooksLikePath(string name) =>
        name.Length > 200
        || name.StartsWith('.')
        || name.StartsWith('/')
        || name.Contains('\\', StringComparison.Ordinal);
}
