namespace LocalSlm.Onnx.Format;

/// <summary>What <c>modules.json</c> and <c>1_Pooling/config.json</c> of a sentence-transformers folder say.</summary>
internal sealed record PoolingConfig
{
    private const int FileLimit = 1 << 20;

    // Keys of 1_Pooling/config.json, and the words of its newer 'pooling_mode'.
    private static readonly (string Key, string Word, EmbeddingPooling? Pooling)[] Modes =
    [
        ("pooling_mode_cls_token", "cls", EmbeddingPooling.FirstToken),
        ("pooling_mode_mean_tokens", "mean", EmbeddingPooling.Mean),
        ("pooling_mode_lasttoken", "lasttoken", EmbeddingPooling.LastToken),
        ("pooling_mode_max_tokens", "max", null),
        ("pooling_mode_mean_sqrt_len_tokens", "mean_sqrt_len_tokens", null),
        ("pooling_mode_weightedmean_tokens", "weightedmean", null),
    ];

    /// <summary>Gets the file of the pooling, or <see langword="null"/>.</summary>
    public string? Path { get; private init; }

    public EmbeddingPooling? Pooling { get; private init; }

    public bool? Normalizes { get; private init; }

    public int? Dimensions { get; private init; }

    /// <summary>Reads both files, where they are there.</summary>
    /// <param name="folder">The model's folder.</param>
    /// <param name="architecture">The architecture, for messages.</param>
    /// <param name="modelPath">The model, for messages.</param>
    /// <param name="hasPooledOutput">Whether the graph pools itself; then nothing of this need be known here.</param>
    public static PoolingConfig Read(ModelFolder folder, string architecture, string modelPath, bool hasPooledOutput)
    {
        bool? normalizes = null;
        var poolingPath = folder.Find("1_Pooling/config.json");
        if (folder.Find("modules.json") is { } modules)
        {
            normalizes = false;
            foreach (var (type, path) in ReadModules(modules))
            {
                switch (type)
                {
                    case "Transformer":
                        break;
                    case "Pooling":
                        var file = folder.Resolve($"{path}/config.json", modules);
                        poolingPath = File.Exists(file)
                            ? file
                            : throw new ModelNotFoundException(
                                modelPath,
                                $"modules.json names '{path}/config.json', which is not there. Get the model's folder whole."
                            );
                        break;
                    case "Normalize":
                        normalizes = true;
                        break;
                    default:
                        if (!hasPooledOutput)
                        {
                            throw Unsupported($"modules.json asks for a '{type}' layer behind the graph");
                        }

                        break;
                }
            }
        }

        if (poolingPath is null)
        {
            return new() { Normalizes = normalizes };
        }

        var root = JsonFile.Read(poolingPath, FileLimit).Root;
        if (root.FindBool("include_prompt") == false && !hasPooledOutput)
        {
            throw Unsupported("its pooling leaves the prompt out ('include_prompt')");
        }

        var word = root.FindText("pooling_mode");
        var chosen = Modes.Where(mode => word == mode.Word || root.FindBool(mode.Key) == true).ToArray();
        if (!hasPooledOutput && (chosen.Length != 1 || chosen[0].Pooling is null))
        {
            throw Unsupported(
                chosen.Length == 0 ? $"{poolingPath} names no pooling that is known"
                : chosen.Length == 1 ? $"it pools by '{chosen[0].Word}'"
                : $"it joins several poolings ({string.Join(", ", chosen.Select(mode => mode.Word))})"
            );
        }

        return new()
        {
            Path = poolingPath,
            Pooling = chosen is [var one] ? one.Pooling : null,
            Normalizes = normalizes,
            Dimensions = root.FindInteger("word_embedding_dimension", 1, GenAiConfig.MostWidth),
        };

        UnsupportedModelException Unsupported(string problem) =>
            new(
                modelPath,
                architecture,
                $"{problem}; served are mean, first token and last token. Export the model with its pooling inside (output 'sentence_embedding')."
            );
    }

    // A list of {idx, name, path, type}; types are Python classes such as sentence_transformers.models.Pooling.
    private static List<(string Type, string Path)> ReadModules(string path)
    {
        var modules = JsonFile.ReadList(path, FileLimit);
        return
        [
            .. modules
                .Entries()
                .Take(64)
                .Select(module =>
                    ((module.FindText("type") ?? "").Split('.')[^1], (module.FindText("path") ?? "").TrimEnd('/'))
                ),
        ];
    }
}
