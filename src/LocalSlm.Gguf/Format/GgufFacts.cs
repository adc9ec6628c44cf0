namespace LocalSlm.Gguf.Format;

/// <summary>Tells what a model's headers say, in the terms that planning and chatting need.</summary>
internal static class GgufFacts
{
    /// <summary>Reads and checks a model's files, and tells what they say.</summary>
    /// <exception cref="ModelNotFoundException">Nothing lies at the path, or a part is missing.</exception>
    /// <exception cref="ModelFileException">A file is damaged, or may not be read.</exception>
    /// <exception cref="UnsupportedModelException">It is sound, but of a kind that cannot be served.</exception>
    public static ModelFacts Read(string path) => Tell(GgufModelFile.Open(path));

    /// <summary>Tells what a checked model's headers say.</summary>
    public static ModelFacts Tell(GgufModelFile model)
    {
        var file = model.First;
        var architecture = file.FindString("general.architecture")!;
        var kind = LlamaArchitecture.KindOf(architecture);
        var layers = new LayerShapes(file, architecture, kind);
        var weights = LayerWeights.Of(model.Tensors, layers.Count, kind);
        var sliding = new SlidingLayers(file, architecture, layers.Count);
        return new()
        {
            Path = file.Path,
            Runtime = "llama.cpp",
            Architecture = architecture,
            Name = file.FindString("general.name") is { Length: > 0 } name ? name : null,
            Quantization = QuantizationName(model),
            ParameterCount = model.Tensors.Sum(tensor => tensor.Values),
            WeightBytes = model.Tensors.Sum(tensor => tensor.Bytes),
            Layers =
            [
                .. Enumerable
                    .Range(0, layers.Count)
                    .Select(index => new LayerFacts(
                        weights.Layers[index].All,
                        weights.Layers[index].Experts,
                        layers.KvBytesOf(index),
                        sliding.Contains(index),
                        layers.StateBytesOf(index)
                    )),
            ],
            InputWeightBytes = weights.Input,
            OutputWeightBytes = weights.Output,
            FeedForwardLength = layers.FeedForwardLength,
            ExpertCount = layers.ExpertCount,
            ExpertsPerToken = layers.ExpertsPerToken,
            LayerCount = layers.Count,
            EmbeddingLength = layers.Width,
            HeadCount = layers.MostHeads,
            QueryLength = layers.QueryLength,
            KvBytesPerToken = layers.KvBytesPerToken,
            RecurrentBytesPerSequence = layers.RecurrentBytesPerSequence,
            TrainedContextTokens = (int)(file.FindInteger($"{architecture}.context_length") ?? 0),
            VocabularySize = file.Find("tokenizer.ggml.tokens")?.Count ?? 0,
            TokenizerKind = file.FindString("tokenizer.ggml.model"),
            ChatTemplate = file.FindString("tokenizer.chat_template") is { Length: > 0 } template ? template : null,
            NamedChatTemplates = NamedTemplates(file),
            Pooling = Pooling(file.FindInteger($"{architecture}.pooling_type")),
            Embedding = Embedding(file, architecture, kind, layers.Width),
            CanGenerate =
                kind != ArchitectureKind.Encoder && file.Find($"{architecture}.attention.causal")?.AsBool() != false,
            IsRecurrent = kind is ArchitectureKind.Recurrent or ArchitectureKind.Hybrid,
            SlidingWindowTokens = (int)(file.FindInteger($"{architecture}.attention.sliding_window") ?? 0),
            RecommendedSampling = Sampling(file),
        };
    }

    // llama_ftype of llama.h, v0.4.0. Without the key: the format that most of the data has.
    private static string? QuantizationName(GgufModelFile model) =>
        model.First.FindInteger("general.file_type") switch
        {
            0 => "F32",
            1 => "F16",
            2 => "Q4_0",
            3 => "Q4_1",
            7 => "Q8_0",
            8 => "Q5_0",
            9 => "Q5_1",
            10 => "Q2_K",
            11 => "Q3_K_S",
            12 => "Q3_K_M",
            13 => "Q3_K_L",
            14 => "Q4_K_S",
            15 => "Q4_K_M",
            16 => "Q5_K_S",
            17 => "Q5_K_M",
            18 => "Q6_K",
            19 => "IQ2_XXS",
            20 => "IQ2_XS",
            21 => "Q2_K_S",
            22 => "IQ3_XS",
            23 => "IQ3_XXS",
            24 => "IQ1_S",
            25 => "IQ4_NL",
            26 => "IQ3_S",
            27 => "IQ3_M",
            28 => "IQ2_S",
            29 => "IQ2_M",
            30 => "IQ4_XS",
            31 => "IQ1_M",
            32 => "BF16",
            36 => "TQ1_0",
            37 => "TQ2_0",
            38 => "MXFP4",
            39 => "NVFP4",
            40 => "Q1_0",
            41 => "Q2_0",
            _ => model
                .Tensors.GroupBy(tensor => tensor.Type)
                .MaxBy(group => group.Sum(tensor => tensor.Bytes))
                ?.Key.ToString(),
        };

    // enum llama_pooling_type of llama.h, v0.4.0.
    private static string? Pooling(long? type) =>
        type switch
        {
            0 => "none",
            1 => "mean",
            2 => "cls",
            3 => "last",
            4 => "rank",
            _ => null,
        };

    /// <summary>A model makes vectors if it is an encoder or names a pooling; one whose pooling is a rank gives scores instead.
    /// GGUF has no keys for prompts, normalising and shorter vectors.</summary>
    private static EmbeddingFacts? Embedding(GgufFile file, string architecture, ArchitectureKind kind, int width)
    {
        var pooling = file.FindInteger($"{architecture}.pooling_type");
        var makesVectors = pooling is 1 or 2 or 3 || (kind == ArchitectureKind.Encoder && pooling is null or 0);
        return !makesVectors
            ? null
            : new EmbeddingFacts
            {
                Dimensions = (int)(file.FindInteger($"{architecture}.embedding_length_out") ?? width),
                MaxTokens = (int)(file.FindInteger($"{architecture}.context_length") ?? 0),
                Pooling = pooling switch
                {
                    1 => EmbeddingPooling.Mean,
                    2 => EmbeddingPooling.FirstToken,
                    3 => EmbeddingPooling.LastToken,
                    _ => null,
                },
            };
    }

    private static Dictionary<string, string> NamedTemplates(GgufFile file)
    {
        const string prefix = "tokenizer.chat_template.";
        var templates = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var key in file.Keys)
        {
            if (key.StartsWith(prefix, StringComparison.Ordinal) && file.FindString(key) is { Length: > 0 } template)
            {
                templates[key[prefix.Length..]] = template;
            }
        }

        return templates;
    }

    // Keys of llama-arch.cpp, v0.4.0. A value that means nothing is as good as none.
    private static RecommendedSampling Sampling(GgufFile file)
    {
        return new()
        {
            Temperature = Number("temp", 0, 100),
            TopK = Integer("top_k", 0),
            TopP = Number("top_p", 0, 1),
            MinP = Number("min_p", 0, 1),
            RepetitionPenalty = Number("penalty_repeat", 0.01, 100),
            // llama_sampler_init_penalties in llama-sampler.cpp, v0.4.0, takes a negative length for 0.
            PenaltyWindowTokens = Integer("penalty_last_n", int.MinValue) is { } last ? Math.Max(last, 0) : null,
        };

        float? Number(string name, double least, double most) =>
            file.FindNumber($"general.sampling.{name}") is { } number && number >= least && number <= most
                ? (float)number
                : null;

        int? Integer(string name, int least) =>
            file.FindInteger($"general.sampling.{name}") is { } number && number >= least && number <= int.MaxValue
                ? (int)number
                : null;
    }
}
