using System.Globalization;
using LocalSlm.Onnx.Format.Graph;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace LocalSlm.Onnx.Format;

/// <summary>What a decoder's graph keeps between steps, taken from its inputs and outputs. Where those leave a size open, the
/// attention operators and their weights tell it, and only then the config.</summary>
internal sealed class DecoderShape
{
    private const string Index = "%d";

    // Inputs of one run as a whole, which the loop computes itself.
    private static readonly string[] RunInputs = ["use_cache_branch", "num_logits_to_keep"];

    private readonly OnnxGraph _graph;
    private readonly ModelConfig _config;
    private readonly DecoderNames _names;
    private readonly string _modelPath;

    private DecoderShape(OnnxGraph graph, ModelConfig config, DecoderNames names, string modelPath)
    {
        _graph = graph;
        _config = config;
        _names = names;
        _modelPath = modelPath;
        Evidence = new AttentionEvidence(graph);
    }

    /// <summary>Gets the caches of keys and values, by layer.</summary>
    public List<LayerCache> Caches { get; } = [];

    /// <summary>Gets the recurrent states.</summary>
    public List<RecurrentState> States { get; } = [];

    /// <summary>Gets what its attention operators say.</summary>
    public AttentionEvidence Evidence { get; }

    /// <summary>Gets the number of layers.</summary>
    public int Layers { get; private set; }

    /// <summary>Gets the length of the logits where the graph fixes it.</summary>
    public int? LogitsWidth { get; private set; }

    /// <summary>Reads and checks the inputs and outputs.</summary>
    /// <exception cref="UnsupportedModelException">The graph is no decoder that can be run step by step.</exception>
    /// <exception cref="ModelFileException">The config contradicts the graph so that the model cannot work.</exception>
    public static DecoderShape Read(OnnxGraph graph, ModelConfig config, DecoderNames names, string modelPath)
    {
        var shape = new DecoderShape(graph, config, names, modelPath);
        shape.ReadLogits();
        shape.ReadInputs();
        return shape;
    }

    /// <summary>Reads the caches of a graph that need have none.</summary>
    public static IReadOnlyList<LayerCache> ReadCaches(
        OnnxGraph graph,
        ModelConfig config,
        DecoderNames names,
        string modelPath
    )
    {
        var shape = new DecoderShape(graph, config, names, modelPath);
        foreach (var input in graph.Inputs)
        {
            if (LayerOf(input.Name, names.PastKey) is { } layer)
            {
                shape.Caches.Add(shape.ReadCache(layer, input));
            }
        }

        shape.Caches.Sort((left, right) => left.Layer.CompareTo(right.Layer));
        return shape.Caches;
    }

    private void ReadLogits()
    {
        var logits =
            _graph.Outputs.Find(output => output.Name == _names.Logits)
            ?? throw Unsupported(
                $"its graph has no output '{_names.Logits}', only: {List(_graph.Outputs)}. Export it for text generation."
            );
        if (!IsFloat(logits.ElementType) || logits.Dimensions.Count is 1 or > 3)
        {
            throw Unsupported(
                $"its output '{logits.Name}' is {Describe(logits)}; float [batch, length, vocabulary] is needed, or [batch, vocabulary]."
            );
        }

        LogitsWidth =
            logits.Dimensions is [.., var width] && width is > 0 and <= GenAiConfig.MostTokens ? (int)width : null;
    }

    private void ReadInputs()
    {
        if (!_graph.Inputs.Exists(input => input.Name == _names.InputIds))
        {
            throw Unsupported(
                $"its graph has no input '{_names.InputIds}', only: {List(_graph.Inputs)}. Export it with token ids as input."
            );
        }

        foreach (var input in _graph.Inputs)
        {
            if (input.Name == _names.InputIds || input.Name == _names.AttentionMask || input.Name == _names.PositionIds)
            {
                if (input.ElementType is not (TensorElementType.Int32 or TensorElementType.Int64))
                {
                    throw Unsupported($"its input '{input.Name}' is {Describe(input)}; int32 or int64 is needed.");
                }
            }
            else if (LayerOf(input.Name, _names.PastKey) is { } layer)
            {
                Caches.Add(ReadCache(layer, input));
            }
            else if (LayerOf(input.Name, _names.PastValue) is { } valueLayer)
            {
                // Taken together with its keys.
                Require(_graph.Inputs, Name(_names.PastKey, valueLayer), "input");
            }
            else if (input.Name.StartsWith("past", StringComparison.Ordinal))
            {
                States.Add(ReadState(input));
            }
            else if (!RunInputs.Contains(input.Name, StringComparer.Ordinal))
            {
                throw Unsupported(
                    $"its graph wants an input '{input.Name}', which is not known for text decoders. Its inputs: {List(_graph.Inputs)}."
                );
            }
        }

        if (Caches.Count + States.Count == 0)
        {
            throw Unsupported(
                "its graph takes no past keys and values, so every step would compute the whole text anew. Export it with a cache (Optimum: task text-generation-with-past)."
            );
        }

        Caches.Sort((left, right) => left.Layer.CompareTo(right.Layer));
        var named = States.Select(state => NumberIn(state.Input)).Concat(Caches.Select(cache => cache.Layer));
        Layers = named.Max() + 1;
    }

    private LayerCache ReadCache(int layer, OnnxTensorInfo key)
    {
        var value = Require(_graph.Inputs, Name(_names.PastValue, layer), "input");
        var presentKey = Require(_graph.Outputs, Name(_names.PresentKey, layer), "output");
        var presentValue = Require(_graph.Outputs, Name(_names.PresentValue, layer), "output");
        foreach (var tensor in new[] { key, value, presentKey, presentValue })
        {
            if (!IsFloat(tensor.ElementType) || tensor.ElementType != key.ElementType)
            {
                throw Unsupported(
                    $"'{tensor.Name}' is {Describe(tensor)}; keys and values must be float32, float16 or bfloat16, all of one type."
                );
            }

            if (tensor.Dimensions.Count is not (0 or 4))
            {
                throw Unsupported(
                    $"'{tensor.Name}' is {Describe(tensor)}; keys and values must be [batch, heads, length, width]."
                );
            }
        }

        var heads =
            Size(key, 1)
            ?? Size(value, 1)
            ?? FromWeights("key and value heads", layer, Evidence.KeyValueHeads(key.Name), _config.KeyValueHeads)
            ?? throw Open(key, "key and value heads", "num_key_value_heads");
        var width = Evidence.HeadSize(key.Name);
        var keyWidth =
            Size(key, 3)
            ?? Size(presentKey, 3)
            ?? FromWeights("head size", layer, width, _config.HeadSize)
            ?? throw Open(key, "head size", "head_size");
        var valueWidth = Size(value, 3) ?? Size(presentValue, 3) ?? keyWidth;
        return new(
            layer,
            key.Name,
            value.Name,
            presentKey.Name,
            presentValue.Name,
            heads,
            keyWidth,
            valueWidth,
            key.ElementType,
            Size(key, 2) ?? -1
        );
    }

    // A cache whose size is open must be made as large as the weights want; a config that says another would break either this
    // model's other programs or the model.
    private int? FromWeights(string what, int layer, int? weights, int? config) =>
        weights is not { } known || config is not { } said || known == said
            ? weights ?? config
            : throw new ModelFileException(
                _config.Path,
                $"it says {said} for {what}; layer {layer} of the graph '{_graph.Path}' has {known}. Config and graph do not belong together; get both again."
            );

    private RecurrentState ReadState(OnnxTensorInfo input)
    {
        var output = input.Name.StartsWith("past_key_values", StringComparison.Ordinal)
            ? "present" + input.Name["past_key_values".Length..]
            : "present" + input.Name["past".Length..];
        var next = Require(_graph.Outputs, output, "output");
        if (next.ElementType != input.ElementType)
        {
            throw Unsupported(
                $"'{output}' is {Describe(next)} and '{input.Name}' is {Describe(input)}; one type is needed."
            );
        }

        var dimensions = new int[Math.Max(input.Dimensions.Count - 1, 0)];
        for (var i = 0; i < dimensions.Length; i++)
        {
            dimensions[i] =
                Size(input, i + 1)
                ?? Size(next, i + 1)
                ?? throw Unsupported(
                    $"the size of its state '{input.Name}' is open ({Describe(input)}), so it cannot be set up. Export it with fixed sizes."
                );
        }

        return dimensions.Length > 0
            ? new(input.Name, output, input.ElementType, dimensions)
            : throw Unsupported($"the shape of its state '{input.Name}' is not given, so it cannot be set up.");
    }

    private OnnxTensorInfo Require(List<OnnxTensorInfo> tensors, string name, string what) =>
        tensors.Find(tensor => tensor.Name == name)
        ?? throw Unsupported($"its graph has no {what} '{name}', which belongs to its cache. It has: {List(tensors)}.");

    private static int? Size(OnnxTensorInfo tensor, int dimension) =>
        dimension < tensor.Dimensions.Count && tensor.Dimensions[dimension] is > 0 and <= GenAiConfig.MostTokens
            ? (int)tensor.Dimensions[dimension]
            : null;

    /// <summary>Puts a layer's number into a pattern.</summary>
    public static string Name(string pattern, int layer) =>
        pattern.Replace(Index, layer.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private static int? LayerOf(string name, string pattern)
    {
        var at = pattern.IndexOf(Index, StringComparison.Ordinal);
        if (at < 0)
        {
            return null;
        }

        var tail = pattern.AsSpan(at + Index.Length);
        return
            name.Length > pattern.Length - Index.Length
            && name.AsSpan().StartsWith(pattern.AsSpan(0, at))
            && name.AsSpan().EndsWith(tail)
            && int.TryParse(
                name.AsSpan(at, name.Length - at - tail.Length),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var layer
            )
            && layer < GenAiConfig.MostLayers
            && name == Name(pattern, layer)
            ? layer
            : null;
    }

    private static int NumberIn(string name)
    {
        var end = name.AsSpan().LastIndexOfAnyInRange('0', '9') + 1;
        var start = end;
        while (start > 0 && char.IsAsciiDigit(name[start - 1]))
        {
            start--;
        }

        return
            int.TryParse(name.AsSpan(start, end - start), CultureInfo.InvariantCulture, out var number)
            && number < GenAiConfig.MostLayers
            ? number
            : 0;
    }

    private static bool IsFloat(TensorElementType type) =>
        type is TensorElementType.Float or TensorElementType.Float16 or TensorElementType.BFloat16;

    private static string Describe(OnnxTensorInfo tensor) =>
        $"{tensor.ElementType} [{string.Join(", ", tensor.Dimensions.Select(size => size < 0 ? "?" : size.ToString(CultureInfo.InvariantCulture)))}]";

    private static string List(List<OnnxTensorInfo> tensors)
    {
        const int most = 12;
        var names = string.Join(", ", tensors.Take(most).Select(tensor => tensor.Name));
        return tensors.Count > most ? $"{names} and {tensors.Count - most} more" : names;
    }

    private ModelFileException Open(OnnxTensorInfo tensor, string what, string key) =>
        new(
            _config.Path,
            $"the {what} of '{tensor.Name}' are open in the graph, and '{key}' is missing here. Export the model again, or add '{key}'."
        );

    private UnsupportedModelException Unsupported(string problem) => new(_modelPath, _config.Architecture, problem);
}
