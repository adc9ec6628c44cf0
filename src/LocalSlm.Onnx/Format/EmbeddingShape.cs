using System.Text.Json;
using LocalSlm.Onnx.Format.Graph;

namespace LocalSlm.Onnx.Format;

/// <summary>What an encoder's graph gives, and what the files of a sentence-transformers folder say about it.</summary>
internal sealed class EmbeddingShape
{
    private const int FileLimit = 4 << 20;

    // As Optimum and sentence-transformers name them.
    private static readonly string[] TokenOutputs = ["last_hidden_state", "token_embeddings"];
    private const string SentenceOutputName = "sentence_embedding";

    private static readonly string[] KnownInputs = ["input_ids", "attention_mask", "token_type_ids", "position_ids"];

    // transformers keeps the positions up to the padding token's for itself in these families.
    private static readonly string[] ShiftedPositions =
    [
        "camembert",
        "longformer",
        "mpnet",
        "roberta",
        "xlm-roberta",
        "xlm-roberta-xl",
    ];

    private static readonly string[] LengthFiles =
    [
        "sentence_bert_config.json",
        "sentence_roberta_config.json",
        "sentence_distilbert_config.json",
        "sentence_camembert_config.json",
        "sentence_albert_config.json",
        "sentence_xlm-roberta_config.json",
        "sentence_xlnet_config.json",
    ];

    /// <summary>Gets the output of one vector for each token, or <see langword="null"/>.</summary>
    public string? TokenOutput { get; private init; }

    /// <summary>Gets the output of one vector for each text, or <see langword="null"/>.</summary>
    public string? SentenceOutput { get; private init; }

    public required EmbeddingFacts Facts { get; init; }

    /// <summary>Tells whether a graph gives vectors.</summary>
    public static bool IsEncoder(OnnxGraph graph) =>
        graph.Outputs.Exists(output => output.Name == SentenceOutputName || TokenOutputs.Contains(output.Name));

    public static EmbeddingShape Read(
        OnnxGraph graph,
        ModelFolder folder,
        TransformersConfig config,
        TokenizerFiles tokenizer,
        string modelPath
    )
    {
        CheckInputs(graph, config, modelPath);
        var tokens = graph.Outputs.Find(output => TokenOutputs.Contains(output.Name));
        var sentence = graph.Outputs.Find(output => output.Name == SentenceOutputName);
        var pooling = PoolingConfig.Read(folder, config.ModelType, modelPath, hasPooledOutput: sentence is not null);
        var dimensions =
            Width(sentence)
            ?? Width(tokens)
            ?? Agreed(config, pooling)
            ?? throw new ModelFileException(
                config.Path,
                $"the length of '{(sentence ?? tokens)!.Name}' is open in the graph, and 'hidden_size' is missing here. Export the model again, or add 'hidden_size'."
            );
        var (prompts, defaultPrompt) = Prompts(folder);
        return new()
        {
            TokenOutput = tokens?.Name,
            SentenceOutput = sentence?.Name,
            Facts = new()
            {
                Dimensions = dimensions,
                MaxTokens = MaxTokens(folder, config, tokenizer),
                Pooling = pooling.Pooling,
                PoolsItself = sentence is not null && (tokens is null || pooling.Pooling is null),
                Normalizes = pooling.Normalizes,
                MatryoshkaDimensions = [.. config.MatryoshkaDimensions.Where(length => length < dimensions)],
                Prompts = prompts,
                DefaultPromptName = defaultPrompt,
            },
        };
    }

    private static void CheckInputs(OnnxGraph graph, TransformersConfig config, string modelPath)
    {
        if (!graph.Inputs.Exists(input => input.Name == KnownInputs[0]))
        {
            throw new UnsupportedModelException(
                modelPath,
                config.ModelType,
                $"its graph takes no '{KnownInputs[0]}'. Its inputs: {string.Join(", ", graph.Inputs.Select(input => input.Name).Take(12))}. Export it for feature extraction from text."
            );
        }

        var other = graph.Inputs.Find(input =>
            !KnownInputs.Contains(input.Name, StringComparer.Ordinal)
            && !input.Name.StartsWith("past_key_values.", StringComparison.Ordinal)
        );
        if (other is not null)
        {
            throw new UnsupportedModelException(
                modelPath,
                config.ModelType,
                $"its graph wants an input '{other.Name}', which is not known for text encoders."
            );
        }
    }

    private static int? Width(OnnxTensorInfo? output) =>
        output?.Dimensions is [.., var last] && last is > 0 and <= GenAiConfig.MostWidth ? (int)last : null;

    private static int? Agreed(TransformersConfig config, PoolingConfig pooling) =>
        config.HiddenSize is { } hidden && pooling.Dimensions is { } pooled && hidden != pooled
            ? throw new ModelFileException(
                config.Path,
                $"'hidden_size' is {hidden}; 'word_embedding_dimension' in {pooling.Path} is {pooled}. They do not belong together; get both again."
            )
            : config.HiddenSize ?? pooling.Dimensions;

    private static int MaxTokens(ModelFolder folder, TransformersConfig config, TokenizerFiles tokenizer)
    {
        var positions = config.Context;
        if (positions is { } all && ShiftedPositions.Contains(config.ModelType, StringComparer.Ordinal))
        {
            var reserved = config.PadToken is >= 0 and < 16 and var pad ? (int)pad + 1 : 2;
            positions = Math.Max(1, all - reserved);
        }

        foreach (var name in LengthFiles)
        {
            if (
                folder.Find(name) is { } path
                && JsonFile.Read(path, FileLimit).Root.FindInteger("max_seq_length", 1, int.MaxValue) is { } length
            )
            {
                return Math.Min(length, positions ?? length);
            }
        }

        // Written as 10^30 where the tokenizer knows no limit.
        var own = (int?)tokenizer.Config?.Root.FindNumber("model_max_length", 1, 1 << 24);
        return Math.Min(own ?? positions ?? 512, positions ?? own ?? 512);
    }

    private static (Dictionary<string, string> Prompts, string? Default) Prompts(ModelFolder folder)
    {
        var prompts = new Dictionary<string, string>(StringComparer.Ordinal);
        if (folder.Find("config_sentence_transformers.json") is not { } path)
        {
            return (prompts, null);
        }

        var root = JsonFile.Read(path, FileLimit).Root;
        foreach (var (name, text) in root.FindObject("prompts")?.Properties() ?? [])
        {
            if (text.Kind != JsonValueKind.Null)
            {
                prompts[name] = text.Text();
            }
        }

        var standard = root.FindText("default_prompt_name");
        return standard is null || prompts.ContainsKey(standard)
            ? (prompts, standard)
            : throw new ModelFileException(
                path,
                $"'default_prompt_name' is '{standard}'; the prompts are {(prompts.Count == 0 ? "none" : string.Join(", ", prompts.Keys))}."
            );
    }
}
