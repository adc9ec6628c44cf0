using LocalSlm.Gguf.Format;

namespace LocalSlm.Testing.TinyModels;

/// <summary>Builds the tiny models. Keys and tensor names are those that llama.cpp v0.4.0 reads for each architecture
/// (src/llama-arch.cpp, src/models).</summary>
internal static class TinyArchitectures
{
    /// <summary>The window of the Gemma 3 model, in tokens: short, so that a test can pass it.</summary>
    public const int SlidingWindowTokens = 64;

    private const int Width = 64;
    private const int Heads = 4;
    private const int KeyValueHeads = 2;
    private const int HeadWidth = Width / Heads;
    private const int FeedForward = 96;

    public static GgufWriter LlamaBpe()
    {
        var writer = Start("llama", layers: 2);
        TinyVocabulary.AddBytePair(writer);
        AddAttention(writer, "llama");
        var weights = new TinyWeights(writer, 1, GgmlType.Q8_0);
        AddEmbeddings(weights, TinyVocabulary.BytePairSize);
        for (var layer = 0; layer < 2; layer++)
        {
            AddAttentionTensors(weights, layer);
            AddFeedForward(weights, layer);
        }

        return writer;
    }

    public static GgufWriter LlamaSentencePiece()
    {
        var writer = Start("llama", layers: 2);
        TinyVocabulary.AddSentencePiece(writer);
        AddAttention(writer, "llama");
        var weights = new TinyWeights(writer, 2, GgmlType.F16);
        AddEmbeddings(weights, TinyVocabulary.SentencePieceSize);
        weights.Matrix("output.weight", Width, TinyVocabulary.SentencePieceSize);
        var packed = new TinyWeights(writer, 3, GgmlType.Q4_0);
        for (var layer = 0; layer < 2; layer++)
        {
            AddAttentionTensors(packed, layer);
            AddFeedForward(packed, layer);
        }

        return writer;
    }

    public static GgufWriter Mamba()
    {
        const int inner = 2 * Width;
        const int state = 8;
        const int rank = 4;
        var writer = Start("mamba", layers: 2, feedForward: 0)
            .Add("mamba.attention.head_count", 0u)
            .Add("mamba.ssm.conv_kernel", 4u)
            .Add("mamba.ssm.inner_size", (uint)inner)
            .Add("mamba.ssm.state_size", (uint)state)
            .Add("mamba.ssm.time_step_rank", (uint)rank);
        TinyVocabulary.AddBytePair(writer);
        var weights = new TinyWeights(writer, 4, GgmlType.F32);
        AddEmbeddings(weights, TinyVocabulary.BytePairSize);
        for (var layer = 0; layer < 2; layer++)
        {
            weights.Constant($"blk.{layer}.attn_norm.weight", 1, Width);
            weights.Matrix($"blk.{layer}.ssm_in.weight", Width, 2 * inner);
            weights.Plain($"blk.{layer}.ssm_conv1d.weight", 4, inner);
            weights.Plain($"blk.{layer}.ssm_conv1d.bias", inner);
            weights.Matrix($"blk.{layer}.ssm_x.weight", inner, rank + (2 * state));
            weights.Plain($"blk.{layer}.ssm_dt.weight", rank, inner);
            weights.Plain($"blk.{layer}.ssm_dt.bias", inner);
            weights.Constant($"blk.{layer}.ssm_a", -1, state, inner);
            weights.Constant($"blk.{layer}.ssm_d", 1, inner);
            weights.Matrix($"blk.{layer}.ssm_out.weight", inner, Width);
        }

        return writer;
    }

    public static GgufWriter Lfm2()
    {
        var writer = Start("lfm2", layers: 3)
            .Add("lfm2.attention.head_count", (uint)Heads)
            .Add("lfm2.attention.head_count_kv", GgufValue.Array<int>([0, KeyValueHeads, 0]))
            .Add("lfm2.rope.freq_base", 10000f)
            .Add("lfm2.shortconv.l_cache", 3u);
        TinyVocabulary.AddBytePair(writer);
        var weights = new TinyWeights(writer, 5, GgmlType.Q8_0);
        weights.Matrix("token_embd.weight", Width, TinyVocabulary.BytePairSize);
        weights.Constant("token_embd_norm.weight", 1, Width);
        for (var layer = 0; layer < 3; layer++)
        {
            if (layer == 1)
            {
                AddAttentionTensors(weights, layer);
                AddHeadNorms(weights, layer);
            }
            else
            {
                weights.Constant($"blk.{layer}.attn_norm.weight", 1, Width);
                weights.Plain($"blk.{layer}.shortconv.conv.weight", 3, Width);
                weights.Matrix($"blk.{layer}.shortconv.in_proj.weight", Width, 3 * Width);
                weights.Matrix($"blk.{layer}.shortconv.out_proj.weight", Width, Width);
            }

            AddFeedForward(weights, layer);
        }

        return writer;
    }

    public static GgufWriter Gemma3()
    {
        const int layers = 4;
        var writer = Start("gemma3", layers)
            .Add("gemma3.attention.sliding_window", (uint)SlidingWindowTokens)
            .Add("gemma3.attention.sliding_window_pattern", 2u);
        TinyVocabulary.AddSentencePiece(writer);
        AddAttention(writer, "gemma3");
        writer
            .Add("gemma3.attention.key_length", (uint)HeadWidth)
            .Add("gemma3.attention.value_length", (uint)HeadWidth);
        var weights = new TinyWeights(writer, 6, GgmlType.BF16);
        AddEmbeddings(weights, TinyVocabulary.SentencePieceSize);
        for (var layer = 0; layer < layers; layer++)
        {
            AddAttentionTensors(weights, layer);
            AddHeadNorms(weights, layer);
            weights.Constant($"blk.{layer}.post_attention_norm.weight", 1, Width);
            AddFeedForward(weights, layer);
            weights.Constant($"blk.{layer}.post_ffw_norm.weight", 1, Width);
        }

        return writer;
    }

    public static GgufWriter Qwen3Moe()
    {
        const int experts = 4;
        var writer = Start("qwen3moe", layers: 2)
            .Add("qwen3moe.expert_count", (uint)experts)
            .Add("qwen3moe.expert_used_count", 2u)
            .Add("qwen3moe.expert_feed_forward_length", (uint)FeedForward);
        TinyVocabulary.AddBytePair(writer);
        AddAttention(writer, "qwen3moe");
        var weights = new TinyWeights(writer, 7, GgmlType.Q4_1);
        AddEmbeddings(weights, TinyVocabulary.BytePairSize);
        for (var layer = 0; layer < 2; layer++)
        {
            AddAttentionTensors(weights, layer);
            AddHeadNorms(weights, layer);
            weights.Constant($"blk.{layer}.ffn_norm.weight", 1, Width);
            weights.Plain($"blk.{layer}.ffn_gate_inp.weight", Width, experts);
            weights.Matrix($"blk.{layer}.ffn_gate_exps.weight", Width, FeedForward, experts);
            weights.Matrix($"blk.{layer}.ffn_down_exps.weight", FeedForward, Width, experts);
            weights.Matrix($"blk.{layer}.ffn_up_exps.weight", Width, FeedForward, experts);
        }

        return writer;
    }

    public static GgufWriter Bert()
    {
        var writer = Start("bert", layers: 2)
            .Add("bert.attention.head_count", (uint)Heads)
            .Add("bert.attention.layer_norm_epsilon", 1e-5f)
            .Add("bert.attention.causal", false)
            .Add("bert.pooling_type", 1u);
        TinyVocabulary.AddWordPiece(writer);
        var weights = new TinyWeights(writer, 8, GgmlType.F16);
        weights.Matrix("token_embd.weight", Width, TinyVocabulary.WordPieceSize);
        weights.Plain("token_types.weight", Width, 2);
        weights.Plain("position_embd.weight", Width, TinyModel.ContextTokens);
        AddNorm("token_embd_norm");
        for (var layer = 0; layer < 2; layer++)
        {
            foreach (var name in new[] { "attn_q", "attn_k", "attn_v", "attn_output" })
            {
                weights.Matrix($"blk.{layer}.{name}.weight", Width, Width);
                weights.Plain($"blk.{layer}.{name}.bias", Width);
            }

            AddNorm($"blk.{layer}.attn_output_norm");
            weights.Matrix($"blk.{layer}.ffn_up.weight", Width, FeedForward);
            weights.Plain($"blk.{layer}.ffn_up.bias", FeedForward);
            weights.Matrix($"blk.{layer}.ffn_down.weight", FeedForward, Width);
            weights.Plain($"blk.{layer}.ffn_down.bias", Width);
            AddNorm($"blk.{layer}.layer_output_norm");
        }

        return writer;

        void AddNorm(string name)
        {
            weights.Constant($"{name}.weight", 1, Width);
            weights.Constant($"{name}.bias", 0, Width);
        }
    }

    private static GgufWriter Start(string architecture, int layers, int feedForward = FeedForward)
    {
        var writer = new GgufWriter()
            .Add("general.architecture", architecture)
            .Add("general.name", $"Tiny {architecture}")
            .Add("general.file_type", 0u)
            .Add($"{architecture}.context_length", (uint)TinyModel.ContextTokens)
            .Add($"{architecture}.embedding_length", (uint)Width)
            .Add($"{architecture}.block_count", (uint)layers)
            .Add($"{architecture}.feed_forward_length", (uint)feedForward);
        return architecture == "bert" ? writer : writer.Add($"{architecture}.attention.layer_norm_rms_epsilon", 1e-5f);
    }

    private static void AddAttention(GgufWriter writer, string architecture) =>
        writer
            .Add($"{architecture}.attention.head_count", (uint)Heads)
            .Add($"{architecture}.attention.head_count_kv", (uint)KeyValueHeads)
            .Add($"{architecture}.rope.dimension_count", (uint)HeadWidth)
            .Add($"{architecture}.rope.freq_base", 10000f);

    private static void AddEmbeddings(TinyWeights weights, int vocabulary)
    {
        weights.Matrix("token_embd.weight", Width, vocabulary);
        weights.Constant("output_norm.weight", 1, Width);
    }

    private static void AddAttentionTensors(TinyWeights weights, int layer)
    {
        weights.Constant($"blk.{layer}.attn_norm.weight", 1, Width);
        weights.Matrix($"blk.{layer}.attn_q.weight", Width, Width);
        weights.Matrix($"blk.{layer}.attn_k.weight", Width, KeyValueHeads * HeadWidth);
        weights.Matrix($"blk.{layer}.attn_v.weight", Width, KeyValueHeads * HeadWidth);
        weights.Matrix($"blk.{layer}.attn_output.weight", Width, Width);
    }

    private static void AddHeadNorms(TinyWeights weights, int layer)
    {
        weights.Constant($"blk.{layer}.attn_q_norm.weight", 1, HeadWidth);
        weights.Constant($"blk.{layer}.attn_k_norm.weight", 1, HeadWidth);
    }

    private static void AddFeedForward(TinyWeights weights, int layer)
    {
        weights.Constant($"blk.{layer}.ffn_norm.weight", 1, Width);
        weights.Matrix($"blk.{layer}.ffn_gate.weight", Width, FeedForward);
        weights.Matrix($"blk.{layer}.ffn_down.weight", FeedForward, Width);
        weights.Matrix($"blk.{layer}.ffn_up.weight", Width, FeedForward);
    }
}
