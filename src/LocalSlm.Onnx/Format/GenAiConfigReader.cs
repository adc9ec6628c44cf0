using System.Text.Json;

namespace LocalSlm.Onnx.Format;

/// <summary>Reads <c>genai_config.json</c>, and refuses by name what is not a plain decoder.</summary>
internal static class GenAiConfigReader
{
    private const int FileLimit = 4 << 20;

    // model.type of decoders in ONNX Runtime GenAI 0.18.
    private static readonly string[] DecoderTypes =
    [
        "chatglm",
        "decoder",
        "ernie4_5",
        "gemma",
        "gemma2",
        "gemma3_text",
        "gemma4_text",
        "gpt2",
        "gptoss",
        "granite",
        "granitemoehybrid",
        "hunyuandensev1",
        "internlm2",
        "lfm2",
        "llama",
        "mistral",
        "nemotron",
        "olmo",
        "phi",
        "phi3",
        "phi3small",
        "phimoe",
        "qwen2",
        "qwen3",
        "qwen3_5_moe_text",
        "qwen3_5_text",
        "smollm3",
    ];

    // What the other blocks of 'model' stand for.
    private static readonly (string Block, string What)[] OtherBlocks =
    [
        ("vision", "a model that sees images"),
        ("speech", "a model that hears speech"),
        ("encoder", "an encoder-decoder model"),
    ];

    // Keys of session_options that are no settings of a session.
    private static readonly string[] NoSettings = ["provider_options", "custom_ops_library", "config_entries"];

    public static GenAiConfig Read(string path, string modelPath)
    {
        var root = JsonFile.Read(path, FileLimit).Root;
        var model = root.FindObject("model") ?? throw Missing(path, "model");
        var type = model.FindText("type") ?? throw Missing(path, "model.type");
        Refuse(model, type, modelPath);
        var decoder = model.FindObject("decoder") ?? throw Missing(path, "model.decoder");
        if (decoder.Find("pipeline") is { Kind: JsonValueKind.Array })
        {
            throw Pipeline(modelPath, type);
        }

        var search = root.FindObject("search");
        var pad = TokenId(model, "pad_token_id");
        var end = TokenIds(model.Find("eos_token_id"));
        var session = decoder.FindObject("session_options");
        return new()
        {
            Path = path,
            Type = type,
            GraphFile = decoder.FindText("filename") ?? throw Missing(path, "model.decoder.filename"),
            TokenizerFolder = model.FindText("tokenizer_dir"),
            Vocabulary = model.FindInteger("vocab_size", 1, GenAiConfig.MostTokens),
            Context = model.FindInteger("context_length", 1, int.MaxValue),
            Layers = decoder.FindInteger("num_hidden_layers", 1, GenAiConfig.MostLayers),
            Heads = decoder.FindInteger("num_attention_heads", 1, GenAiConfig.MostHeads),
            KeyValueHeads = decoder.FindInteger("num_key_value_heads", 1, GenAiConfig.MostHeads),
            HeadSize = decoder.FindInteger("head_size", 1, GenAiConfig.MostWidth),
            HiddenSize = decoder.FindInteger("hidden_size", 1, GenAiConfig.MostWidth),
            SlidingWindow = decoder
                .FindObject("sliding_window")
                ?.FindInteger("window_size", -1, GenAiConfig.MostTokens),
            Names = Names(decoder),
            SharesPastPresent = search?.FindBool("past_present_share_buffer"),
            // An end token that is not named is the padding token (config.cpp of ONNX Runtime GenAI).
            EndTokens = end.Count > 0 || pad is null ? end : [pad.Value],
            BosToken = TokenId(model, "bos_token_id"),
            PadToken = pad,
            SessionOptions = SessionOptions(session),
            CustomOperatorLibraries = CustomOperators(session),
            Providers = Providers(session),
            Sampling = search is { } settings ? GenerationConfig.Sampling(settings) : new(),
        };
    }

    /// <summary>Reads one token id or a list of them, as written: they may lie outside any vocabulary.</summary>
    public static IReadOnlyList<double> TokenIds(ConfigNode? node) =>
        node switch
        {
            null => [],
            { Kind: JsonValueKind.Number } one => [one.Number()],
            { Kind: JsonValueKind.Array } list => [.. list.Entries().Take(4096).Select(OneTokenId)],
            { } other => throw other.Fault("a token id or a list of them"),
        };

    private static double OneTokenId(ConfigNode node) =>
        node.Kind == JsonValueKind.Number ? node.Number() : throw node.Fault("a token id");

    private static double? TokenId(ConfigNode model, string name) =>
        TokenIds(model.Find(name)) is [var first, ..] ? first : null;

    private static void Refuse(ConfigNode model, string type, string modelPath)
    {
        if (type == "decoder-pipeline")
        {
            throw Pipeline(modelPath, type);
        }

        foreach (var (block, what) in OtherBlocks)
        {
            if (model.FindObject(block) is not null)
            {
                throw new UnsupportedModelException(
                    modelPath,
                    type,
                    $"'model.{block}' in {GenAiConfig.FileName} says that it is {what}; only decoders of text are served. Choose a text model."
                );
            }
        }

        if (!DecoderTypes.Contains(type, StringComparer.Ordinal))
        {
            throw new UnsupportedModelException(
                modelPath,
                type,
                $"the model type '{type}' in {GenAiConfig.FileName} is not served. These are: {string.Join(", ", DecoderTypes)}."
            );
        }
    }

    private static UnsupportedModelException Pipeline(string modelPath, string type) =>
        new(
            modelPath,
            type,
            "it is a decoder-pipeline, cut into several graphs for a neural processor; only models of one graph are served. Get the model for CPU or GPU."
        );

    private static DecoderNames Names(ConfigNode decoder)
    {
        var inputs = decoder.FindObject("inputs");
        var outputs = decoder.FindObject("outputs");
        var usual = new DecoderNames();
        return new()
        {
            InputIds = inputs?.FindText("input_ids") ?? usual.InputIds,
            AttentionMask = inputs?.FindText("attention_mask") ?? usual.AttentionMask,
            PositionIds = inputs?.FindText("position_ids") ?? usual.PositionIds,
            PastKey = inputs?.FindText("past_key_names") ?? usual.PastKey,
            PastValue = inputs?.FindText("past_value_names") ?? usual.PastValue,
            PresentKey = outputs?.FindText("present_key_names") ?? usual.PresentKey,
            PresentValue = outputs?.FindText("present_value_names") ?? usual.PresentValue,
            Logits = outputs?.FindText("logits") ?? usual.Logits,
        };
    }

    private static Dictionary<string, string> SessionOptions(ConfigNode? session)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in session?.Properties() ?? [])
        {
            if (value.Kind is not (JsonValueKind.Null or JsonValueKind.Object or JsonValueKind.Array))
            {
                options[name] = value.Raw();
            }
        }

        foreach (var (name, value) in session?.FindObject("config_entries")?.Properties() ?? [])
        {
            options[name] = value.Text();
        }

        foreach (var name in NoSettings)
        {
            options.Remove(name);
        }

        return options;
    }

    private static List<string> CustomOperators(ConfigNode? session) =>
        session?.Find("custom_ops_library") switch
        {
            null => [],
            { Kind: JsonValueKind.Array } list => [.. list.Entries().Take(64).Select(entry => entry.Text())],
            { } one => [one.Text()],
        };

    private static List<KeyValuePair<string, IReadOnlyDictionary<string, string>>> Providers(ConfigNode? session)
    {
        List<KeyValuePair<string, IReadOnlyDictionary<string, string>>> providers = [];
        foreach (var entry in session?.Find("provider_options")?.Entries() ?? [])
        {
            foreach (var (name, options) in entry.Properties())
            {
                var values = options
                    .Properties()
                    .ToDictionary(option => option.Key, option => option.Value.Raw(), StringComparer.Ordinal);
                providers.Add(new(name, values));
            }
        }

        return providers;
    }

    private static ModelFileException Missing(string path, string key) =>
        new(path, $"'{key}' is missing. The file is damaged, or not written by ONNX Runtime GenAI's model builder.");
}
