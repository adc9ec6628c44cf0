using System.Globalization;
using LocalSlm.Onnx.Format.Graph;

namespace LocalSlm.Onnx.Format;

/// <summary>Puts together what graph, config and tokenizer of a decoder say. Where they disagree the graph is right, and a
/// sentence tells.</summary>
internal sealed class DecoderAssembly
{
    // Keys and values of 16 bits, which ModelFacts counts in.
    private const int HalfBytes = 2;

    private readonly string _modelPath;
    private readonly OnnxGraph _graph;
    private readonly ModelConfig _config;
    private readonly DecoderNames _names;
    private readonly DecoderShape _shape;
    private readonly List<string> _disagreements = [];
    private readonly int _vocabulary;

    public DecoderAssembly(string modelPath, OnnxGraph graph, ModelConfig config, DecoderNames names)
    {
        _modelPath = modelPath;
        _graph = graph;
        _config = config;
        _names = names;
        _shape = DecoderShape.Read(graph, config, names, modelPath);
        _vocabulary = Vocabulary();
        Tokens = new SpecialTokens(_vocabulary, _disagreements);
        Compare();
    }

    /// <summary>Gets the special tokens gathered so far.</summary>
    public SpecialTokens Tokens { get; }

    /// <summary>Makes the result; folder and layout are the caller's to set.</summary>
    /// <param name="tokenizer">What is known of the tokenizer.</param>
    /// <param name="tokenizerFolder">Where its files lie.</param>
    /// <param name="generation"><c>generation_config.json</c>, or <see langword="null"/>.</param>
    /// <param name="sampling">What the layout's own config recommends, where <paramref name="generation"/> recommends nothing.</param>
    public OnnxModelFiles Finish(
        TokenizerFiles tokenizer,
        ModelFolder tokenizerFolder,
        JsonFile? generation,
        RecommendedSampling sampling
    )
    {
        if (generation is not null)
        {
            Tokens.AddEnd(GenAiConfigReader.TokenIds(generation.Root.Find("eos_token_id")), GenerationConfig.FileName);
        }

        if (tokenizer.FindSpecial("eos_token") is { } end)
        {
            Tokens.AddEnd([end], "tokenizer_config.json");
        }

        var published = generation is null ? new() : GenerationConfig.Sampling(generation.Root);
        var templates = ChatTemplateFiles.Read(tokenizerFolder, tokenizer.Config);
        var survey = new WeightSurvey(_graph);
        var caches = _shape.Caches;
        return new()
        {
            Facts = new()
            {
                Path = _modelPath,
                Runtime = OnnxModelReader.RuntimeName,
                Architecture = _config.Architecture,
                Name = _config.Name,
                Quantization = survey.Quantization,
                ParameterCount = survey.Parameters,
                WeightBytes = survey.Bytes,
                LayerCount = Math.Max(_shape.Layers, _config.Layers ?? 0),
                EmbeddingLength = _config.HiddenSize ?? 0,
                HeadCount = _shape.Evidence.Heads > 0 ? _shape.Evidence.Heads : _config.Heads ?? 0,
                KvBytesPerToken = caches.Sum(cache =>
                    (long)cache.Heads * (cache.KeyWidth + cache.ValueWidth) * HalfBytes
                ),
                RecurrentBytesPerSequence = _shape.States.Sum(StateBytes),
                TrainedContextTokens = Context(),
                VocabularySize = _vocabulary,
                TokenizerKind = tokenizer.Kind,
                ChatTemplate = templates.Default,
                NamedChatTemplates = templates.Named,
                IsRecurrent = _shape.States.Count > 0,
                SlidingWindowTokens = _shape.Evidence.SlidingWindow is > 0 and var window
                    ? window
                    : Math.Max(_config.SlidingWindow ?? 0, 0),
                RecommendedSampling = published == new RecommendedSampling() ? sampling : published,
            },
            Folder = _modelPath,
            Layout = OnnxLayout.GenAi,
            GraphPath = _graph.Path,
            Stamps = _graph.Stamps,
            TokenizerFolder = tokenizerFolder.Path,
            Inputs = _graph.Inputs,
            Outputs = _graph.Outputs,
            Operators = _graph.Operators,
            Names = _names,
            Caches = caches,
            RecurrentStates = _shape.States,
            EmbeddingRows = EmbeddingRows(),
            PackedWeightBytes = survey.PackedBytes,
            HeadSize = caches.Count == 0 ? 0 : caches.Max(cache => cache.KeyWidth),
            KeyValueHeads = caches.Count == 0 ? 0 : caches.Max(cache => cache.Heads),
            EndTokens = Tokens.End,
            Disagreements = _disagreements,
        };
    }

    private static long StateBytes(RecurrentState state) =>
        state.Dimensions.Aggregate(1L, (size, dimension) => Math.Min(size * dimension, 1L << 40))
        * (OnnxElementType.IsKnown((int)state.ElementType) ? OnnxElementType.Bits((int)state.ElementType) / 8 : 4);

    // Every id that config and tokenizer use must have a row to be looked up and a place in the logits.
    private int Vocabulary()
    {
        var rows = EmbeddingRows();
        var known = _shape.LogitsWidth ?? rows ?? _config.Vocabulary;
        if (known is not { } size)
        {
            throw new ModelFileException(
                _config.Path,
                "'vocab_size' is missing here, and the graph leaves the length of its logits open. Export the model again, or add 'vocab_size'."
            );
        }

        var least = Math.Min(size, rows ?? size);
        if (_config.Vocabulary is { } said && said > least)
        {
            throw new ModelFileException(
                _config.Path,
                $"'vocab_size' is {said}; the graph '{_graph.Path}' knows {least} tokens. Config and graph do not belong together; get both again."
            );
        }

        if (_config.Vocabulary is { } smaller && smaller < size)
        {
            _disagreements.Add(
                $"{Path.GetFileName(_config.Path)} says 'vocab_size' {smaller}; the graph's logits are {size} wide. The graph is followed."
            );
        }

        return size;
    }

    private int Context() =>
        _shape.Evidence.Positions is { } positions
            ? Math.Min(_config.Context ?? positions, positions)
            : _config.Context ?? 0;

    private int? EmbeddingRows() => EmbeddingTable.CountRows(_graph, _names.InputIds);

    private void Compare()
    {
        var file = Path.GetFileName(_config.Path);
        if (_config.Context is { } context && _shape.Evidence.Positions is { } positions && context > positions)
        {
            _disagreements.Add(
                $"{file} says a context of {context} tokens; the graph's tables of positions end at {positions}. The graph is followed."
            );
        }

        if (_config.Layers is { } layers && layers != _shape.Layers)
        {
            Tell("num_hidden_layers", layers, "has caches up to layer", _shape.Layers);
        }

        if (_config.Heads is { } heads && _shape.Evidence.Heads is > 0 and var computed && heads != computed)
        {
            Tell("num_attention_heads", heads, "computes heads:", computed);
        }

        if (_config.KeyValueHeads is { } shared && FirstOther(cache => cache.Heads, shared) is { } other)
        {
            Tell("num_key_value_heads", shared, "has key and value heads:", other);
        }

        if (_config.HeadSize is { } size && FirstOther(cache => cache.KeyWidth, size) is { } width)
        {
            Tell("head_size", size, "has heads of width", width);
        }

        void Tell(string key, int said, string what, int found) =>
            _disagreements.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{file} says '{key}' {said}; the graph {what} {found}. The graph is followed."
                )
            );
    }

    private int? FirstOther(Func<LayerCache, int> value, int expected)
    {
        foreach (var cache in _shape.Caches)
        {
            if (value(cache) != expected)
            {
                return value(cache);
            }
        }

        return null;
    }
}
