namespace LocalSlm.Gguf.Runtime;

/// <summary>Draws the graph of one step of a decoder as llama.cpp v0.4.0 builds it (<c>llm_graph_context</c> of llama-graph.cpp,
/// models/llama.cpp, <c>build_moe_ffn</c>): what decoders have in common, without what takes little memory.</summary>
internal sealed class TransformerStep
{
    private const long Single = sizeof(float);
    private const int None = -1;

    private const int RotationLength = 64; // llama_kv_cache::build_input_v_rot

    private readonly StepShape _shape;
    private readonly ModelFacts _facts;
    private readonly LayerLayout _layout;
    private readonly StepGraph _graph;
    private readonly long _tokens;
    private readonly long _row;

    // Inputs.
    private int _positions;
    private int _keyRotation = None;
    private int _valueRotation = None;
    private int _keyIndices;
    private int _valueIndices;
    private int _mask;
    private int _slidingMask = None;
    private int _outputs;

    private TransformerStep(StepShape shape, long tokens)
    {
        _shape = shape;
        _facts = shape.Facts;
        _layout = shape.Layout;
        _tokens = tokens;
        _row = tokens * _facts.EmbeddingLength * Single;
        _graph = new StepGraph(_layout.DeviceNames.Count, _layout.GpuLayers > 0 && tokens >= StepShape.OffloadedTokens);
    }

    /// <summary>Draws a step.</summary>
    /// <param name="shape">What the model and the context are like.</param>
    /// <param name="tally">The layers that are enough.</param>
    /// <param name="tokens">The tokens of the step.</param>
    public static StepGraph Draw(StepShape shape, LayerTally tally, long tokens)
    {
        var step = new TransformerStep(shape, tokens);
        step.Draw(tally);
        return step._graph;
    }

    private void Draw(LayerTally tally)
    {
        var tokens = _graph.AddInput(_tokens * sizeof(int));

        // The library has room for vectors in place of tokens, used or not.
        _graph.AddInput(_row);
        _positions = _graph.AddInput(_tokens * sizeof(int));
        if (_shape.IsRotated)
        {
            _keyRotation = _graph.AddInput(RotationLength * RotationLength * Single);
            _valueRotation = _graph.AddInput(RotationLength * RotationLength * Single);
        }

        _keyIndices = _graph.AddInput(_tokens * sizeof(long));
        _valueIndices = _graph.AddInput(_shape.ValueIndexBytes(_tokens));
        _mask = _graph.AddInput(_shape.MaskBytes(_tokens));
        if (_shape.Weights.HasSliding)
        {
            _slidingMask = _graph.AddInput(_shape.SlidingMaskBytes(_tokens));
        }

        _outputs = _graph.AddInput(_tokens * sizeof(int));
        var state = _graph.Look(_row, [tokens]);
        var last = _shape.Weights.Kinds[^1];
        var lastDevice = _layout.DeviceOf(_shape.Weights.Kinds.Count - 1);
        for (var place = 0; place < tally.Places; place++)
        {
            // The first layers are those of main memory.
            var device = place == 0 ? _graph.Host : place - 1;
            for (var kind = 0; kind < LayerTally.Kinds; kind++)
            {
                var count = tally[device, kind] - (device == lastDevice && kind == last ? 1 : 0);
                for (var i = 0; i < count; i++)
                {
                    state = DrawLayer(_shape.Weights.SampleOf(kind), device, state, isLast: false);
                }
            }
        }

        state = DrawLayer(_shape.Weights.SampleOf(last), lastDevice, state, isLast: true);
        var output = _layout.DeviceOf(_facts.LayerCount);
        state = Normalise(state, output);
        if (_facts.CanGenerate)
        {
            // Where the output is on another device than the input, its weights are too: they are never copied.
            _graph.Weigh(_tokens * _facts.VocabularySize * Single, [state], 0, output);
        }
    }

    private int DrawLayer(LayerFacts layer, int device, int state, bool isLast)
    {
        if (layer.KvBytesPerToken > 0)
        {
            var attended = DrawAttention(layer, device, Normalise(state, device));
            if (isLast)
            {
                attended = _graph.Follow(_row, [attended, _outputs]);
                state = _graph.Follow(_row, [state, _outputs]);
            }

            state = _graph.Follow(_row, [attended, state], StepOperationKind.Add, isInPlace: true);
        }

        var normal = Normalise(state, device);
        var forward = layer.ExpertBytes > 0 ? DrawExperts(device, normal) : DrawForward(device, normal);
        return _graph.Follow(_row, [forward, state], StepOperationKind.Add, isInPlace: true);
    }

    private int Normalise(int state, int device)
    {
        var normal = _graph.Follow(_row, [state], StepOperationKind.Norm, isInPlace: true);
        return _graph.Weigh(_row, [normal], _facts.EmbeddingLength * Single, device, StepOperationKind.Scale);
    }

    private int DrawAttention(LayerFacts layer, int device, int normal)
    {
        var queryBytes = _tokens * _shape.Weights.QueryLength * Single;
        var keyLength = StepWeights.KeyLengthOf(layer);
        var keyBytes = _tokens * keyLength * Single;
        var query = _graph.Weigh(queryBytes, [normal], _shape.MatrixBytes(_shape.Weights.QueryLength), device);
        query = Rotate(
            _keyRotation,
            _graph.Follow(queryBytes, [query, _positions], StepOperationKind.Rotate, 1),
            queryBytes
        );
        var value = Rotate(
            _valueRotation,
            _graph.Weigh(keyBytes, [normal], _shape.MatrixBytes(keyLength), device),
            keyBytes
        );
        var key = _graph.Weigh(keyBytes, [normal], _shape.MatrixBytes(keyLength), device, views: 1);
        key = Rotate(_keyRotation, _graph.Follow(keyBytes, [key, _positions], StepOperationKind.Rotate, 1), keyBytes);

        var kept = _shape.CacheBytes(layer) / 2;
        var keys = _graph.AddKept(kept, device);
        var values = _graph.AddKept(kept, device);
        _graph.Store(keys, [key, _keyIndices]);
        _graph.Store(values, [value, _valueIndices]);
        var mask = layer.IsSliding ? _slidingMask : _mask;
        int attended;
        if (_shape.HasFlash)
        {
            if (_shape.IsConverted)
            {
                keys = _graph.Follow(kept / 2, [keys], views: 4);
                values = _graph.Follow(kept / 2, [values], views: 2);
            }

            attended = _graph.Follow(queryBytes, [query, keys, values, mask], views: _shape.IsConverted ? 0 : 6);
        }
        else
        {
            var scoreBytes = _shape.ScoreBytes(layer, _tokens);
            var scores = _graph.Follow(scoreBytes, [keys, query], views: 4);
            scores = _graph.Follow(scoreBytes, [scores, mask], isInPlace: true);
            attended = _graph.Follow(queryBytes, [values, scores]);
            attended = _graph.Follow(queryBytes, [attended]);
        }

        attended = Rotate(_valueRotation, attended, queryBytes);
        return _graph.Weigh(
            _row,
            [attended],
            _shape.MatrixBytes(_shape.Weights.QueryLength),
            device,
            views: _shape.HasFlash ? 1 : 0
        );
    }

    /// <summary>Before they are quantized, keys and values are multiplied with a rotation; what comes out of the attention is turned
    /// back.</summary>
    private int Rotate(int rotation, int state, long bytes) =>
        rotation == None ? state : _graph.Follow(bytes, [rotation, state]);

    private int DrawForward(int device, int normal)
    {
        var weights = _shape.MatrixBytes(_shape.Weights.ForwardLength);
        var bytes = _tokens * _shape.Weights.ForwardLength * Single;
        var gate = _graph.Weigh(bytes, [normal], weights, device);
        var up = _graph.Weigh(bytes, [normal], weights, device);
        var product = _graph.Follow(bytes, [gate, up]);
        return _graph.Weigh(_row, [product], weights, device);
    }

    private int DrawExperts(int device, int normal)
    {
        var used = Math.Max(1, _facts.ExpertsPerToken);
        var bytes = _tokens * _shape.Weights.ForwardLength * Single;
        var all = _tokens * _facts.ExpertCount * Single;
        var some = _tokens * used * Single;
        var scores = _graph.Weigh(all, [normal], _facts.EmbeddingLength * _facts.ExpertCount * Single, device);
        scores = _graph.Follow(all, [scores], isInPlace: true);
        var chosen = _graph.Follow(all, [scores]);
        var shares = _graph.Follow(some, [scores, chosen], views: 2);
        var sum = _graph.Follow(_tokens * Single, [shares], views: 1);
        shares = _graph.Follow(some, [shares, sum], isInPlace: true);

        var home = _shape.AreExpertsOnCpu ? _graph.Host : device;
        var up = _graph.Weigh(bytes, [normal, chosen], _shape.Weights.ExpertMatrix, home, views: 2);
        var gate = _graph.Weigh(bytes, [normal, chosen], _shape.Weights.ExpertMatrix, home);
        var product = _graph.Follow(bytes, [gate, up]);
        var given = _graph.Weigh(used * _row, [product, chosen], _shape.Weights.ExpertMatrix, home);
        given = _graph.Follow(used * _row, [given, shares], isInPlace: true);
        return _graph.Follow(_row, [given], StepOperationKind.Other, used);
    }
}
