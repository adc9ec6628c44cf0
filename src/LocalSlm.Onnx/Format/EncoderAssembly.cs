using LocalSlm.Onnx.Format.Graph;

namespace LocalSlm.Onnx.Format;

/// <summary>Puts together what graph, config and tokenizer of an encoder say.</summary>
internal static class EncoderAssembly
{
    public static OnnxModelFiles Make(
        string modelPath,
        OnnxGraph graph,
        ModelFolder folder,
        TransformersConfig config,
        TokenizerFiles tokenizer
    )
    {
        var shape = EmbeddingShape.Read(graph, folder, config, tokenizer, modelPath);
        var caches = DecoderShape.ReadCaches(graph, ModelConfig.From(config), new DecoderNames(), modelPath);
        var survey = new WeightSurvey(graph);
        var disagreements = new List<string>();
        if (config.HiddenSize is { } hidden && hidden != shape.Facts.Dimensions)
        {
            disagreements.Add(
                $"config.json says 'hidden_size' {hidden}; the graph gives vectors of length {shape.Facts.Dimensions}. The graph is followed."
            );
        }

        var vocabulary = config.Vocabulary ?? 0;
        var tokens = new SpecialTokens(vocabulary, disagreements);
        return new()
        {
            Facts = new()
            {
                Path = modelPath,
                Runtime = OnnxModelReader.RuntimeName,
                Architecture = config.ModelType,
                Name = config.Name,
                Quantization = survey.Quantization,
                ParameterCount = survey.Parameters,
                WeightBytes = survey.Bytes,
                LayerCount = config.Layers ?? 0,
                EmbeddingLength = config.HiddenSize ?? shape.Facts.Dimensions,
                HeadCount = config.Heads ?? 0,
                TrainedContextTokens = shape.Facts.MaxTokens,
                VocabularySize = vocabulary,
                TokenizerKind = tokenizer.Kind,
                Pooling = shape.Facts.PoolsItself
                    ? "model"
                    : shape.Facts.Pooling switch
                    {
                        EmbeddingPooling.Mean => "mean",
                        EmbeddingPooling.FirstToken => "cls",
                        EmbeddingPooling.LastToken => "last",
                        _ => null,
                    },
                Embedding = shape.Facts,
                CanGenerate = false,
            },
            Folder = folder.Path,
            Layout = OnnxLayout.Transformers,
            GraphPath = graph.Path,
            Stamps = graph.Stamps,
            TokenizerFolder = folder.Path,
            Inputs = graph.Inputs,
            Outputs = graph.Outputs,
            Operators = graph.Operators,
            Caches = caches,
            PackedWeightBytes = survey.PackedBytes,
            HeadSize = caches.Count == 0 ? 0 : caches.Max(cache => cache.KeyWidth),
            KeyValueHeads = caches.Count == 0 ? 0 : caches.Max(cache => cache.Heads),
            TokenOutput = shape.TokenOutput,
            SentenceOutput = shape.SentenceOutput,
            EndTokens = [],
            BosToken = tokens.Check(config.BosToken, "first token", TransformersConfig.FileName),
            PadToken = tokens.Check(config.PadToken, "padding token", TransformersConfig.FileName),
            Disagreements = disagreements,
        };
    }
}
