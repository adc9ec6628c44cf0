using LocalSlm.Onnx.Format.Graph;

namespace LocalSlm.Onnx.Format;

/// <summary>Reads and checks an ONNX model's files, without native code and without reading weights.</summary>
internal static class OnnxModelReader
{
    /// <summary>The name of the runtime in <see cref="ModelFacts.Runtime"/>.</summary>
    public const string RuntimeName = "onnxruntime";

    private const int FileLimit = 4 << 20;

    /// <summary>Tells from the names of files whether an ONNX model lies at a path.</summary>
    public static bool Recognises(string path) => path.Length > 0 && ModelLocation.Find(path) is not null;

    /// <summary>Reads a model.</summary>
    /// <param name="path">A folder in one of the known layouts, or one <c>.onnx</c> file in such a folder.</param>
    /// <param name="allowCustomOperators">Whether operators that ONNX Runtime does not have itself may be there.</param>
    /// <returns>What its files say.</returns>
    /// <exception cref="ModelNotFoundException">No model lies there, or a part is missing.</exception>
    /// <exception cref="ModelFileException">A file is damaged, hostile, contradicts another, or may not be read.</exception>
    /// <exception cref="UnsupportedModelException">The model is sound, but of a kind that is not served.</exception>
    public static OnnxModelFiles Read(string path, bool allowCustomOperators = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var location = ModelLocation.Find(path) ?? throw ModelLocation.NotFound(path);
        try
        {
            return location.Layout == OnnxLayout.GenAi
                ? ReadGenAi(path, location, allowCustomOperators)
                : ReadTransformers(path, location, allowCustomOperators);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException(path, $"it cannot be read: {error.Message}", innerException: error);
        }
    }

    private static OnnxModelFiles ReadGenAi(string path, ModelLocation location, bool allowCustomOperators)
    {
        var folder = new ModelFolder(location.Folder);
        var configPath = folder.Resolve(GenAiConfig.FileName, path);
        var config = GenAiConfigReader.Read(configPath, path);
        if (config.CustomOperatorLibraries.Count > 0 && !allowCustomOperators)
        {
            throw new UnsupportedModelException(
                path,
                config.Type,
                $"{GenAiConfig.FileName} names a library of custom operators, '{config.CustomOperatorLibraries[0]}', which would run code of its own. Allow that with OnnxRuntimeOptions.AllowCustomOperators if you trust it."
            );
        }

        var graphPath = location.Graph ?? folder.Resolve(config.GraphFile, configPath);
        var graph = ReadGraph(graphPath, folder, path, config.Type, allowCustomOperators);
        var tokenizerFolder = config.TokenizerFolder is { Length: > 0 } named and not "."
            ? new ModelFolder(folder.Resolve(named, configPath))
            : folder;
        var tokenizer = TokenizerFiles.Read(tokenizerFolder, path);
        var assembly = new DecoderAssembly(path, graph, ModelConfig.From(config), config.Names);
        assembly.Tokens.AddEnd(config.EndTokens, GenAiConfig.FileName);
        var generation = ReadGeneration(folder);
        return assembly.Finish(tokenizer, tokenizerFolder, generation, config.Sampling) with
        {
            Folder = folder.Path,
            Layout = OnnxLayout.GenAi,
            BosToken = assembly.Tokens.Check(config.BosToken, "first token", GenAiConfig.FileName),
            PadToken = assembly.Tokens.Check(config.PadToken, "padding token", GenAiConfig.FileName),
            SharesPastPresent = config.SharesPastPresent,
            SessionOptions = config.SessionOptions,
            CustomOperatorLibraries = config.CustomOperatorLibraries,
            Providers = config.Providers,
        };
    }

    private static OnnxModelFiles ReadTransformers(string path, ModelLocation location, bool allowCustomOperators)
    {
        var folder = new ModelFolder(location.Folder);
        var config = TransformersConfig.Read(folder.Resolve(TransformersConfig.FileName, path), path);
        var graphPath = location.Graph ?? ModelLocation.ChooseGraph(folder.Path, config.ModelType);
        var graph = ReadGraph(graphPath, folder, path, config.ModelType, allowCustomOperators);
        var tokenizer = TokenizerFiles.Read(folder, path);
        if (EmbeddingShape.IsEncoder(graph))
        {
            return EncoderAssembly.Make(path, graph, folder, config, tokenizer);
        }

        var assembly = new DecoderAssembly(path, graph, ModelConfig.From(config), new DecoderNames());
        var generation = ReadGeneration(folder);
        assembly.Tokens.AddEnd(config.EndTokens, TransformersConfig.FileName);
        return assembly.Finish(tokenizer, folder, generation, new()) with
        {
            Folder = folder.Path,
            Layout = OnnxLayout.Transformers,
            BosToken = assembly.Tokens.Check(config.BosToken, "first token", TransformersConfig.FileName),
            PadToken = assembly.Tokens.Check(config.PadToken, "padding token", TransformersConfig.FileName),
        };
    }

    private static OnnxGraph ReadGraph(
        string graphPath,
        ModelFolder folder,
        string modelPath,
        string architecture,
        bool allowCustomOperators
    )
    {
        if (!File.Exists(graphPath))
        {
            throw new ModelNotFoundException(
                modelPath,
                $"its graph '{graphPath}' is not there. Get the model's folder whole."
            );
        }

        var graph = OnnxGraphReader.Read(graphPath);
        GraphCheck.Check(graph, folder, allowCustomOperators, architecture);
        return graph;
    }

    private static JsonFile? ReadGeneration(ModelFolder folder) =>
        folder.Find(GenerationConfig.FileName) is { } path ? JsonFile.Read(path, FileLimit) : null;
}
