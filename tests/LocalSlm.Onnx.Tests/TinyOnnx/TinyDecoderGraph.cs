using System.Globalization;

namespace LocalSlm.Tests.TinyOnnx;

/// <summary>Builds the graph of a <see cref="TinyDecoder"/>.</summary>
internal sealed class TinyDecoderGraph
{
    private const int QueryHeads = 4;
    private const int StateColumns = 3;

    private readonly TinyDecoder _decoder;
    private readonly TinyGraph _graph = new();
    private readonly Random _random = new(12);
    private readonly object _batch;
    private string _mask64 = "";
    private string _positions64 = "";

    private TinyDecoderGraph(TinyDecoder decoder)
    {
        _decoder = decoder;
        _batch = decoder.FixesBatch ? 1 : "batch";
    }

    public static byte[] Build(TinyDecoder decoder) => new TinyDecoderGraph(decoder).Build();

    private byte[] Build()
    {
        var type = _decoder.IntegerType;
        _graph.Input("input_ids", type, _batch, "length");
        _graph.Input("attention_mask", type, _batch, "total");
        var ids = To(TinyGraph.Int64, "input_ids", type);
        _mask64 = To(TinyGraph.Int64, "attention_mask", type);
        if (_decoder.TakesPositions)
        {
            _graph.Input("position_ids", type, _batch, "length");
            _positions64 = To(TinyGraph.Int64, "position_ids", type);
        }

        var state = _graph.Node("Gather", [Weights(TinyDecoder.Vocabulary, TinyDecoder.Hidden, 1), ids]);
        if (_decoder.TakesPositions)
        {
            var place = _graph.Node("Gather", [Weights(TinyDecoder.Context, TinyDecoder.Hidden, 1), _positions64]);
            state = Add(state, place);
        }

        foreach (var (layer, heads) in _decoder.Layers)
        {
            var mixed =
                heads == 0 ? Convolve(state, layer)
                : _decoder.Grouped ? AttendGrouped(state, layer, heads)
                : Attend(state, layer, heads);
            state = Normalize(Add(state, mixed));
            var inner = _graph.Node("Tanh", [Multiply(state, TinyDecoder.Hidden, 2 * TinyDecoder.Hidden)]);
            state = Normalize(Add(state, Multiply(inner, 2 * TinyDecoder.Hidden, TinyDecoder.Hidden)));
        }

        if (_decoder.LastLogitsOnly)
        {
            state = _graph.Node("Slice", [state, Numbers(-1), Numbers(int.MaxValue), Numbers(1)]);
        }

        var logits = Multiply(state, TinyDecoder.Hidden, TinyDecoder.Vocabulary, 3);
        _graph.Node("Cast", [logits], ["logits"], "", ("to", _decoder.LogitType));
        _graph.Output(
            "logits",
            _decoder.LogitType,
            _batch,
            _decoder.LastLogitsOnly ? 1 : "length",
            TinyDecoder.Vocabulary
        );
        return _graph.ToArray();
    }

    /// <summary>GroupQueryAttention with rotary positions; what is used of the buffer comes from the mask, as GenAI's builder has
    /// it.</summary>
    private string AttendGrouped(string state, int layer, int heads)
    {
        var (pastKey, pastValue) = AddCache(layer, heads, out var presentKey, out var presentValue);
        var sum = _graph.Node("ReduceSum", [_mask64, Numbers(1)], ("keepdims", 0));
        var used = To(TinyGraph.Int32, _graph.Node("Sub", [sum, Scalar(1)]), TinyGraph.Int64);
        var total = To(
            TinyGraph.Int32,
            _graph.Node("Gather", [_graph.Node("Shape", [_mask64]), Scalar(1)], ("axis", 0)),
            TinyGraph.Int64
        );
        var mixed = _graph.NewName();
        _graph.Node(
            "GroupQueryAttention",
            [
                To(_decoder.KvType, Multiply(state, TinyDecoder.Hidden, QueryHeads * TinyDecoder.HeadSize)),
                To(_decoder.KvType, Multiply(state, TinyDecoder.Hidden, heads * TinyDecoder.HeadSize)),
                To(_decoder.KvType, Multiply(state, TinyDecoder.Hidden, heads * TinyDecoder.HeadSize)),
                pastKey,
                pastValue,
                used,
                total,
                To(_decoder.KvType, Rotation(Math.Cos)),
                To(_decoder.KvType, Rotation(Math.Sin)),
            ],
            [mixed, presentKey, presentValue],
            TinyGraph.Contributed,
            ("num_heads", QueryHeads),
            ("kv_num_heads", heads),
            ("do_rotary", 1),
            ("local_window_size", _decoder.Window),
            ("scale", 1f)
        );
        return Multiply(
            To(TinyGraph.Float, mixed, _decoder.KvType),
            QueryHeads * TinyDecoder.HeadSize,
            TinyDecoder.Hidden
        );
    }

    /// <summary>Attention of standard operators, which appends by Concat.</summary>
    private string Attend(string state, int layer, int heads)
    {
        var (pastKey, pastValue) = AddCache(layer, heads, out var presentKey, out var presentValue);
        var query = Split(Multiply(state, TinyDecoder.Hidden, heads * TinyDecoder.HeadSize), heads);
        var key = Extend(
            pastKey,
            Split(Multiply(state, TinyDecoder.Hidden, heads * TinyDecoder.HeadSize), heads),
            presentKey
        );
        var value = Extend(
            pastValue,
            Split(Multiply(state, TinyDecoder.Hidden, heads * TinyDecoder.HeadSize), heads),
            presentValue
        );
        var scores = _graph.Node("MatMul", [query, _graph.Node("Transpose", [key], ("perm", (int[])[0, 1, 3, 2]))]);
        var weights = _graph.Node("Softmax", [Add(scores, FutureMask(pastKey))], ("axis", -1));
        var mixed = _graph.Node("Transpose", [_graph.Node("MatMul", [weights, value])], ("perm", (int[])[0, 2, 1, 3]));
        var flat = _graph.Node("Reshape", [mixed, Numbers(0, 0, heads * TinyDecoder.HeadSize)]);
        return Multiply(flat, heads * TinyDecoder.HeadSize, TinyDecoder.Hidden);
    }

    /// <summary>A depthwise convolution over the last columns, which are its state (as in LFM2).</summary>
    private string Convolve(string state, int layer)
    {
        var (past, present) = (Name("past_conv.{0}", layer), Name("present_conv.{0}", layer));
        _graph.Input(past, TinyGraph.Float, _batch, TinyDecoder.Hidden, StateColumns);
        _graph.Output(present, TinyGraph.Float, _batch, TinyDecoder.Hidden, StateColumns);
        var columns = _graph.Node("Transpose", [state], ("perm", (int[])[0, 2, 1]));
        var all = _graph.Node("Concat", [past, columns], ("axis", 2));
        _graph.Node("Slice", [all, Numbers(-StateColumns), Numbers(int.MaxValue), Numbers(2)], [present], "");
        var kernel = Random(TinyDecoder.Hidden * (StateColumns + 1), 1);
        var mixed = _graph.Node(
            "Conv",
            [all, _graph.Floats(kernel, TinyDecoder.Hidden, 1, StateColumns + 1)],
            ("group", TinyDecoder.Hidden)
        );
        return _graph.Node("Transpose", [mixed], ("perm", (int[])[0, 2, 1]));
    }

    private (string Key, string Value) AddCache(int layer, int heads, out string presentKey, out string presentValue)
    {
        string[] past = [Name("past_key_values.{0}.key", layer), Name("past_key_values.{0}.value", layer)];
        string[] present = [Name("present.{0}.key", layer), Name("present.{0}.value", layer)];
        object past2 = _decoder.FixedTokens > 0 ? _decoder.FixedTokens : "past";
        object present2 = _decoder.FixedTokens > 0 ? _decoder.FixedTokens : "present";
        object width = _decoder.LeavesHeadSizeOpen ? "width" : TinyDecoder.HeadSize;
        for (var i = 0; i < 2; i++)
        {
            _graph.Input(past[i], _decoder.KvType, _batch, heads, past2, width);
            _graph.Output(present[i], _decoder.KvType, _batch, heads, present2, width);
        }

        (presentKey, presentValue) = (present[0], present[1]);
        return (past[0], past[1]);
    }

    private string Extend(string past, string added, string present)
    {
        _graph.Node("Concat", [past, To(_decoder.KvType, added)], [present], "", ("axis", 2));
        return To(TinyGraph.Float, present, _decoder.KvType);
    }

    /// <summary>[batch or 1, 1, length, total]: 0 where a token may look, a large negative number where it may not.</summary>
    private string FutureMask(string pastKey)
    {
        var total = _graph.Node("Gather", [_graph.Node("Shape", [_mask64]), Scalar(1)], ("axis", 0));
        var keys = _graph.Node("Range", [Scalar(0), total, Scalar(1)]);
        string queries;
        if (_decoder.TakesPositions)
        {
            queries = _graph.Node("Unsqueeze", [_positions64, Numbers(1, 3)]);
        }
        else
        {
            var held = _graph.Node("Gather", [_graph.Node("Shape", [pastKey]), Scalar(2)], ("axis", 0));
            queries = _graph.Node("Unsqueeze", [_graph.Node("Range", [held, total, Scalar(1)]), Numbers(0, 1, 3)]);
        }

        return _graph.Node(
            "Where",
            [_graph.Node("Greater", [keys, queries]), _graph.Floats([-1e9f]), _graph.Floats([0f])]
        );
    }

    private string Split(string flat, int heads) =>
        _graph.Node(
            "Transpose",
            [_graph.Node("Reshape", [flat, Numbers(0, 0, heads, TinyDecoder.HeadSize)])],
            ("perm", (int[])[0, 2, 1, 3])
        );

    private string Rotation(Func<double, double> part)
    {
        const int Half = TinyDecoder.HeadSize / 2;
        var table = new float[TinyDecoder.Context * Half];
        for (var i = 0; i < table.Length; i++)
        {
            table[i] = (float)part(i / Half * Math.Pow(10000, -(double)(i % Half) / Half));
        }

        return _graph.Floats(table, TinyDecoder.Context, Half);
    }

    private string Normalize(string state)
    {
        var ones = new float[TinyDecoder.Hidden];
        Array.Fill(ones, 1f);
        return _graph.Node(
            "LayerNormalization",
            [state, _graph.Floats(ones, TinyDecoder.Hidden)],
            ("axis", -1),
            ("epsilon", 1e-5f)
        );
    }

    private string Multiply(string state, int from, int to, float scale = 1) =>
        _graph.Node("MatMul", [state, Weights(from, to, scale / MathF.Sqrt(from))]);

    private string Weights(int rows, int columns, float scale) =>
        _graph.Floats(Random(rows * columns, scale), rows, columns);

    private float[] Random(int count, float scale)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            // Sums of uniform numbers: near enough to a normal distribution of that width.
            values[i] =
                scale
                * (_random.NextSingle() + _random.NextSingle() + _random.NextSingle() + _random.NextSingle() - 2)
                * 1.73f;
        }

        return values;
    }

    private string Add(string left, string right) => _graph.Node("Add", [left, right]);

    private string To(int type, string value, int from = TinyGraph.Float) =>
        type == from ? value : _graph.Node("Cast", [value], ("to", type));

    private string Scalar(long value) => _graph.Integers([value]);

    private string Numbers(params long[] values) => _graph.Integers(values, values.Length);

    private static string Name(string pattern, int layer) =>
        string.Format(CultureInfo.InvariantCulture, pattern, layer);
}
