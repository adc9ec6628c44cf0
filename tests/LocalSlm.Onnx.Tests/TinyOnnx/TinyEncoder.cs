using System.Text.Json.Nodes;

namespace LocalSlm.Tests.TinyOnnx;

/// <summary>A tiny encoder: every token's state is its own embedding and the tanh of the mean of all tokens' products, so that padding
/// that took part would show. Its vectors are computed here too, in 64 bits and without ONNX Runtime.</summary>
internal sealed class TinyEncoder : IDisposable
{
    public const int Hidden = 16;
    public const int Vocabulary = 258;
    public const int MaxTokens = 24;

    private readonly float[] _table;
    private readonly float[] _weights;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("localslm-encoder-");
    private readonly bool _poolsItself;

    public TinyEncoder(
        bool poolsItself = false,
        bool hasCaches = false,
        int outputType = TinyGraph.Float,
        int integerType = TinyGraph.Int64,
        int fixedTexts = 0,
        int fixedLength = 0
    )
    {
        var random = new Random(7);
        _poolsItself = poolsItself;
        _table = Values(Vocabulary * Hidden);
        _weights = Values(Hidden * Hidden);
        File.WriteAllBytes(
            System.IO.Path.Combine(Path, "model.onnx"),
            Graph(hasCaches, outputType, integerType, fixedTexts, fixedLength)
        );
        Write(
            "config.json",
            new JsonObject
            {
                ["model_type"] = "bert",
                ["hidden_size"] = Hidden,
                ["num_attention_heads"] = 1,
                ["num_hidden_layers"] = 1,
                ["max_position_embeddings"] = MaxTokens,
                ["vocab_size"] = Vocabulary,
                ["pad_token_id"] = 257,
            }
        );
        Write("tokenizer.json", TinyDecoderFolder.Tokenizer());

        // Multiples of 1/256 up to 1/2: sums of products of all tokens are exact in 32 bits, whatever the order in which a kernel takes
        // them for this or that shape.
        float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(-128, 129) / 256f)];
    }

    public string Path => _folder.FullName;

    /// <summary>Computes the vector of a text, brought to length 1.</summary>
    public float[] VectorOf(string text, EmbeddingPooling pooling = EmbeddingPooling.Mean)
    {
        var tokens = System.Text.Encoding.UTF8.GetBytes(text);
        var mean = new double[Hidden];
        foreach (var token in tokens)
        {
            for (var i = 0; i < Hidden; i++)
            {
                mean[i] += _table[(token * Hidden) + i] / (double)tokens.Length;
            }
        }

        var vector = new double[Hidden];
        for (var column = 0; column < Hidden; column++)
        {
            var sum = 0.0;
            for (var row = 0; row < Hidden; row++)
            {
                sum += mean[row] * _weights[(row * Hidden) + column];
            }

            var own = pooling switch
            {
                EmbeddingPooling.FirstToken => _table[(tokens[0] * Hidden) + column],
                EmbeddingPooling.LastToken => _table[(tokens[^1] * Hidden) + column],
                _ => mean[column],
            };
            vector[column] = own + Math.Tanh(sum);
            vector[column] = _poolsItself ? Math.Tanh(vector[column]) : vector[column];
        }

        var length = Math.Sqrt(vector.Sum(static value => value * value));
        return [.. vector.Select(value => (float)(value / length))];
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private byte[] Graph(bool hasCaches, int outputType, int integerType, int fixedTexts, int fixedLength)
    {
        object texts = fixedTexts > 0 ? fixedTexts : "batch";
        object length = fixedLength > 0 ? fixedLength : "length";
        var graph = new TinyGraph();
        graph.Input("input_ids", integerType, texts, length);
        graph.Input("attention_mask", integerType, texts, length);
        var state = graph.Node("Gather", [graph.Floats(_table, Vocabulary, Hidden), "input_ids"]);
        if (hasCaches)
        {
            // Keys and values are the embeddings themselves, behind those that came before: none.
            var headed = graph.Node("Unsqueeze", [state, Numbers(1)]);
            foreach (var kind in (string[])["key", "value"])
            {
                graph.Input($"past_key_values.0.{kind}", TinyGraph.Float, texts, 1, "past", Hidden);
                graph.Output($"present.0.{kind}", TinyGraph.Float, texts, 1, "total", Hidden);
                graph.Node("Concat", [$"past_key_values.0.{kind}", headed], [$"present.0.{kind}"], "", ("axis", 2));
            }

            state = graph.Node("Squeeze", ["present.0.key", Numbers(1)]);
        }

        var mask = graph.Node("Cast", ["attention_mask"], ("to", TinyGraph.Float));
        mask = graph.Node("Unsqueeze", [mask, Numbers(2)]);
        var mixed = graph.Node("Tanh", [Mean(graph.Node("MatMul", [state, graph.Floats(_weights, Hidden, Hidden)]))]);
        state = graph.Node("Add", [state, mixed]);
        if (_poolsItself)
        {
            var pooled = graph.Node("Squeeze", [graph.Node("Tanh", [Mean(state)]), Numbers(1)]);
            graph.Node("Cast", [pooled], ["sentence_embedding"], "", ("to", outputType));
            graph.Output("sentence_embedding", outputType, texts, Hidden);
        }
        else
        {
            graph.Node("Cast", [state], ["last_hidden_state"], "", ("to", outputType));
            graph.Output("last_hidden_state", outputType, texts, length, Hidden);
        }

        return graph.ToArray();

        string Mean(string of) =>
            graph.Node(
                "Div",
                [
                    graph.Node("ReduceSum", [graph.Node("Mul", [of, mask]), Numbers(1)], ("keepdims", 1)),
                    graph.Node("ReduceSum", [mask, Numbers(1)], ("keepdims", 1)),
                ]
            );

        string Numbers(params long[] values) => graph.Integers(values, values.Length);
    }

    private void Write(string name, JsonObject content) =>
        File.WriteAllText(System.IO.Path.Combine(Path, name), content.ToJsonString());
}
