namespace LocalSlm.Gguf.Format;

/// <summary>What each layer of a model keeps in memory: keys and values for each token, or a state of fixed size for each
/// sequence, as llama.cpp v0.4.0 lays them out (src/llama-hparams.cpp). For models with sliding windows the figures are those
/// of a full cache.</summary>
internal sealed class LayerShapes
{
    private const int KvBytes = 2; // 16-bit keys and values
    private const int StateBytes = 4; // recurrent states are 32-bit

    private readonly GgufFile _file;
    private readonly string _architecture;
    private readonly ArchitectureKind _kind;
    private readonly long[] _kv;
    private readonly long[] _state;

    public LayerShapes(GgufFile file, string architecture, ArchitectureKind kind)
    {
        _file = file;
        _architecture = architecture;
        _kind = kind;
        Count = (int)Number("block_count");
        Width = (int)Number("embedding_length");
        MostHeads = (int)MostOf("attention.head_count");
        _kv = new long[Count];
        _state = new long[Count];
        for (var layer = 0; layer < Count; layer++)
        {
            var isRecurrent = IsRecurrent(layer);
            _state[layer] = isRecurrent ? StateBytes * StateValues() : 0;
            _kv[layer] = !isRecurrent || architecture == "falcon-h1" ? KvBytes * KeyValueValues(layer) : 0;
        }
    }

    public int Count { get; }

    public int Width { get; }

    public int MostHeads { get; }

    /// <summary>Gets the width of the queries of all heads, of the widest layer.</summary>
    public int QueryLength => (int)Math.Clamp(MostHeads * Number("attention.key_length", HeadLength), 0, int.MaxValue);

    public long KvBytesPerToken => _kv.Sum();

    public long RecurrentBytesPerSequence => _state.Sum();

    /// <summary>Gets the experts of a mixture; 0 for none.</summary>
    public int ExpertCount => (int)Math.Clamp(Number("expert_count"), 0, int.MaxValue);

    /// <summary>Gets how many of them compute each token; 0 for none.</summary>
    public int ExpertsPerToken => ExpertCount == 0 ? 0 : (int)Math.Clamp(MostOf("expert_used_count"), 0, ExpertCount);

    /// <summary>Gets the width inside the feed-forward part of the widest layer; of a mixture, of all experts that compute one
    /// token.</summary>
    public int FeedForwardLength
    {
        get
        {
            var dense = MostOf("feed_forward_length");
            var expert = MostOf("expert_feed_forward_length");
            var experts = ExpertsPerToken * (expert > 0 ? expert : dense);
            return (int)Math.Clamp(Math.Max(dense, experts), 0, int.MaxValue);
        }
    }

    /// <summary>The 16-bit keys and values of one token in a layer, in bytes.</summary>
    public long KvBytesOf(int layer) => _kv[layer];

    /// <summary>The recurrent state of one sequence in a layer, in bytes.</summary>
    public long StateBytesOf(int layer) => _state[layer];

    private long HeadLength => PerLayer("attention.head_count", 0, 0) is > 0 and var first ? Width / first : 0;

    private bool IsRecurrent(int layer)
    {
        switch (_kind)
        {
            case ArchitectureKind.Recurrent:
                return true;
            case not ArchitectureKind.Hybrid:
                return false;
            default:
                break;
        }

        if (_architecture == "falcon-h1")
        {
            return true; // every layer has both
        }

        if (_file.Find($"{_architecture}.attention.recurrent_layers") is { IsArray: true } marked)
        {
            return layer < marked.Count && (marked.IntegerAt(layer) ?? marked.Payload.Span[layer]) != 0;
        }

        if (_architecture is "qwen3next" or "qwen35" or "qwen35moe")
        {
            return (layer + 1) % Math.Max(1, Number("full_attention_interval", 4)) != 0;
        }

        // In Nemotron H a layer without key heads is recurrent only where it has no feed-forward part either.
        return PerLayer("attention.head_count_kv", layer, 1) == 0
            && (
                _architecture is not ("nemotron_h" or "nemotron_h_moe")
                || PerLayer("feed_forward_length", layer, 0) == 0
            );
    }

    private long KeyValueValues(int layer)
    {
        if (_kind is ArchitectureKind.Encoder or ArchitectureKind.Recurrent)
        {
            return 0;
        }

        var heads = PerLayer("attention.head_count", layer, 0);
        var keyHeads = PerLayer("attention.head_count_kv", layer, heads);
        return keyHeads * (Number("attention.key_length", HeadLength) + Number("attention.value_length", HeadLength));
    }

    private long StateValues()
    {
        if (Number("wkv.head_size") is > 0 and var wkv)
        {
            return (Number("token_shift_count", 2) + wkv) * Width;
        }

        if (Number("shortconv.l_cache") is > 0 and var cache)
        {
            return (cache - 1) * Width;
        }

        var kernel = Number("ssm.conv_kernel");
        if (Number("kda.head_dim") is > 0 and var kda)
        {
            return MostHeads * kda * ((3 * (kernel > 0 ? kernel - 1 : 3)) + kda);
        }

        if (_architecture == "minimax-01")
        {
            var head = Number("attention.key_length", MostHeads == 0 ? 0 : Width / MostHeads);
            return head * head * MostHeads;
        }

        var inner = Number("ssm.inner_size");
        var state = Number("ssm.state_size");
        return (Math.Max(0, kernel - 1) * (inner + (2 * Number("ssm.group_count") * state))) + (state * inner);
    }

    private long Number(string name, long fallback = 0) => _file.FindInteger($"{_architecture}.{name}") ?? fallback;

    /// <summary>The greatest of a number that may differ from layer to layer.</summary>
    private long MostOf(string name) =>
        Count == 0 ? 0 : Enumerable.Range(0, Count).Max(layer => PerLayer(name, layer, 0));

    private long PerLayer(string name, int layer, long fallback)
    {
        var value = _file.Find($"{_architecture}.{name}");
        return value is null ? fallback
            : value.IsArray ? (layer < value.Count ? value.IntegerAt(layer) : null) ?? fallback
            : value.AsInteger() ?? fallback;
    }
}
