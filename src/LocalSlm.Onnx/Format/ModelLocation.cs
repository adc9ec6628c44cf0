namespace LocalSlm.Onnx.Format;

/// <summary>Where the parts of a model lie: recognised from the names of files alone.</summary>
/// <param name="Folder">The folder of configs.</param>
/// <param name="Layout">How it is laid out.</param>
/// <param name="Graph">The graph, where the caller named one; else <see langword="null"/>.</param>
internal sealed record ModelLocation(string Folder, OnnxLayout Layout, string? Graph)
{
    private const string Extension = ".onnx";
    private const string GraphFolder = "onnx";

    // Exact weights first, then the least quantized; the suffixes are those of transformers.js 3 (DEFAULT_DTYPE_SUFFIX_MAPPING).
    private static readonly string[] Suffixes =
    [
        "",
        "_fp16",
        "_quantized",
        "_int8",
        "_uint8",
        "_q4",
        "_q4f16",
        "_bnb4",
    ];

    private static readonly string[] Stems = ["model", "decoder_model_merged"];

    /// <summary>Finds a model.</summary>
    /// <returns><see langword="null"/> where no ONNX model lies.</returns>
    public static ModelLocation? Find(string path)
    {
        if (Directory.Exists(path))
        {
            return File.Exists(Path.Combine(path, GenAiConfig.FileName)) ? new(path, OnnxLayout.GenAi, null)
                : File.Exists(Path.Combine(path, TransformersConfig.FileName)) && Graphs(path).Any()
                    ? new(path, OnnxLayout.Transformers, null)
                : null;
        }

        if (!File.Exists(path) || !path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var beside = Path.GetDirectoryName(Path.GetFullPath(path))!;
        foreach (var folder in new[] { beside, Path.GetDirectoryName(beside) })
        {
            // From above only where the graph lies in the folder that is made for graphs.
            if (folder is null || (folder != beside && Path.GetFileName(beside) != GraphFolder))
            {
                continue;
            }

            if (File.Exists(Path.Combine(folder, GenAiConfig.FileName)))
            {
                return new(folder, OnnxLayout.GenAi, path);
            }

            if (File.Exists(Path.Combine(folder, TransformersConfig.FileName)))
            {
                return new(folder, OnnxLayout.Transformers, path);
            }
        }

        return null;
    }

    /// <summary>Says what was looked for where nothing was found.</summary>
    public static ModelNotFoundException NotFound(string path)
    {
        if (Directory.Exists(path))
        {
            if (File.Exists(Path.Combine(path, "model_index.json")))
            {
                return new(
                    path,
                    "it is a diffusion pipeline (model_index.json), which makes images; only text models are served."
                );
            }

            var config = File.Exists(Path.Combine(path, TransformersConfig.FileName)) ? "there" : "not there";
            return new(
                path,
                $"the folder holds no ONNX model. Looked for: {GenAiConfig.FileName} (not there); {TransformersConfig.FileName} ({config}) with an .onnx file in '{GraphFolder}/' or beside it ({(Graphs(path).Any() ? "there" : "not there")})."
            );
        }

        if (!File.Exists(path))
        {
            return new(path, "nothing lies there. Name a model's folder, or one .onnx file in it.");
        }

        return new(
            path,
            path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase)
                ? $"the graph lies alone. Looked for {GenAiConfig.FileName} and {TransformersConfig.FileName} beside it, and above it where its folder is '{GraphFolder}'. Get the model's folder whole."
                : "it is no .onnx file. Name a model's folder, or one .onnx file in it."
        );
    }

    /// <summary>Chooses the graph of a transformers.js folder where the caller named none.</summary>
    /// <exception cref="ModelNotFoundException">There are several, and none has a usual name.</exception>
    public static string ChooseGraph(string folder, string architecture)
    {
        foreach (var suffix in Suffixes)
        {
            foreach (var stem in Stems)
            {
                foreach (var place in Places(folder))
                {
                    if (Path.Combine(place, stem + suffix + Extension) is var path && File.Exists(path))
                    {
                        return path;
                    }
                }
            }
        }

        var others = Graphs(folder).Order(StringComparer.Ordinal).ToArray();
        var names = others.Select(Path.GetFileName).ToArray();
        if (names.Any(name => name is "decoder_model.onnx" or "decoder_with_past_model.onnx"))
        {
            throw new UnsupportedModelException(
                folder,
                architecture,
                $"it is cut into graphs with and without a cache ({string.Join(", ", names)}); one graph for both is needed. Export it again with a current Optimum (task text-generation-with-past)."
            );
        }

        return others is [var only]
            ? only
            : throw new ModelNotFoundException(
                folder,
                $"it holds several graphs and none is named model.onnx: {string.Join(", ", names)}. Name one of these files in place of the folder."
            );
    }

    private static IEnumerable<string> Places(string folder) => [Path.Combine(folder, GraphFolder), folder];

    private static IEnumerable<string> Graphs(string folder) =>
        Places(folder).Where(Directory.Exists).SelectMany(place => Directory.EnumerateFiles(place, "*" + Extension));
}
