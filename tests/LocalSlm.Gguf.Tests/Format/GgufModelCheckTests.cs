using LocalSlm.Gguf.Format;
using LocalSlm.Testing.TinyModels;
using LocalSlm.Tests.Format.Mutation;

namespace LocalSlm.Tests.Format;

/// <summary>Each case is a file that ends the process of llama.cpp v0.4.0 (found by the mutation test), or one that it would
/// take and that could never be served.</summary>
public sealed class GgufModelCheckTests
{
    private static readonly float[] Nan = [float.NaN];

    private static Dictionary<string, (Action<GgufDraft> Change, string Words)> Changes
    {
        get
        {
            var data = new Dictionary<string, (Action<GgufDraft> Change, string Words)>(StringComparer.Ordinal);
            Add("no layers", d => Set(d, "llama.block_count", 0u), "block_count' is 0");
            Add("513 layers", d => Set(d, "llama.block_count", 513u), "1 to 512");
            Add("layer count missing", d => Remove(d, "llama.block_count"), "block_count' is missing");
            Add("all layers predict ahead", d => Set(d, "llama.nextn_predict_layers", 2u), "nextn_predict_layers");
            Add("no heads", d => Set(d, "llama.attention.head_count", 0u), "1 or more heads");
            Add("heads do not divide the width", d => Set(d, "llama.attention.head_count", 5u), "divide the width");
            Add(
                "key heads do not divide heads",
                d => Set(d, "llama.attention.head_count_kv", 3u),
                "divide the layer's 4 heads"
            );
            Add(
                "key heads of one layer",
                d => Set(d, "llama.attention.head_count_kv", GgufValue.Array<uint>([2, 3])),
                "in layer 1"
            );
            Add(
                "experts without any used",
                d => Set(d, "llama.expert_count", 4u),
                "expert_used_count' is missing or 0"
            );
            Add(
                "more experts used than there are",
                d => Set(d, "llama.expert_used_count", 1u),
                "expert_used_count' is 1"
            );
            Add("too many experts", d => Set(d, "llama.expert_count", 1025u), "0 to 1024");
            Add("expert groups without experts", d => Set(d, "llama.expert_group_count", 2u), "expert_group_count");
            Add("rope scaling", d => Set(d, "llama.rope.scaling.type", "cubic"), "'cubic'");
            Add("rotated part", d => Set(d, "llama.rope.dimension_count", 8u), "equals the key length, 16");
            Add("odd rotated part", d => Set(d, "llama.rope.dimension_count", 15u), "even");
            Add("value length", d => Set(d, "llama.attention.value_length", 8u), "value_length' is 8");
            Add("negative epsilon", d => Set(d, "llama.attention.layer_norm_rms_epsilon", -1f), "not negative");
            Add("undefined epsilon", d => Set(d, "llama.attention.layer_norm_rms_epsilon", Nan[0]), "NaN");
            Add("token twice", d => Tokens(d, t => t[5] = t[4]), "twice");
            Add("token ended by a zero", d => Tokens(d, t => t[5] = t[4] + "\0x"), "twice");
            Add("empty token's stand-in", d => Tokens(d, t => (t[4], t[5]) = ("", "[EMPTY_4]")), "[EMPTY_4]");
            Add(
                "too few token types",
                d => Set(d, "tokenizer.ggml.token_type", GgufValue.Array<int>([1, 1])),
                "2 entries"
            );
            Add(
                "malformed byte token",
                d => Set(d, "tokenizer.ggml.token_type", GgufValue.Array<int>([.. Enumerable.Repeat(6, 1000)])),
                "marked as a byte"
            );
            Add("SentencePiece without bytes", d => Set(d, "tokenizer.ggml.model", "llama"), "no token for the byte");
            Add("RWKV that never ends", d => Rwkv(d), "no token by itself");
            Add(
                "added token beyond the vocabulary",
                d =>
                {
                    Set(d, "tokenizer.ggml.model", "gemma4");
                    Set(d, "tokenizer.ggml.add_bos_token", true);
                    Set(d, "tokenizer.ggml.bos_token_id", 100000u);
                },
                "bos_token_id' is 100000"
            );
            Add("norm in BF16", d => Type(d, "output_norm.weight", GgmlType.BF16), "must be F32");
            Add("matrix of integers", d => Type(d, "blk.0.attn_q.weight", GgmlType.I8), "floating-point");
            Add(
                "matrix of an inner format",
                d => Type(d, "blk.0.attn_q.weight", GgmlType.Q8_1),
                "intermediate results"
            );
            Add("no tensors", d => d.Tensors.Clear(), "no tensors");
            Add("no tokens", d => Remove(d, "tokenizer.ggml.tokens"), "tokenizer.ggml.tokens");
            Add("array of arrays", d => Set(d, "x", GgufValue.Array([GgufValue.Array<int>([1])])), "array of arrays");
            Add("architecture no text", d => Set(d, "general.architecture", 3u), "general.architecture");
            Add("template no text", d => Set(d, "tokenizer.chat_template", Invalid()), "no valid UTF-8");
            return data;

            void Add(string name, Action<GgufDraft> change, string words) => data.Add(name, (change, words));
        }
    }

    public static TheoryData<string> Deadly => [.. Changes.Keys];

    [Theory]
    [MemberData(nameof(Deadly))]
    public void Open_WhatNativeCodeDiesOf_IsRefused(string name)
    {
        var (change, words) = Changes[name];
        var error = Assert.Throws<ModelFileException>(() => Open(TinyModelSet.LlamaBpe, change));
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_EncoderWithoutItsEnds_IsRefused()
    {
        Action<GgufDraft>[] changes =
        [
            d => Remove(d, "tokenizer.ggml.bos_token_id"),
            d => Set(d, "tokenizer.ggml.seperator_token_id", 9999u),
        ];
        foreach (var change in changes)
        {
            Assert.Throws<ModelFileException>(() => Open(TinyModelSet.Encoder, change));
        }
    }

    [Fact]
    public void Open_WindowThatNoLayerHas_IsRefused() =>
        Assert.Contains(
            "leaves no layer",
            Assert
                .Throws<ModelFileException>(() =>
                    Open(TinyModelSet.SlidingWindow, d => Set(d, "gemma3.attention.sliding_window_pattern", 1u))
                )
                .Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void Open_StateSpaceWeightsNotF32_AreRefused() =>
        Assert.Throws<ModelFileException>(() =>
            Open(TinyModelSet.Mamba, d => Type(d, "blk.0.ssm_conv1d.weight", GgmlType.F16))
        );

    [Theory]
    [InlineData("general.architecture", "llama99", "does not know")]
    [InlineData("general.architecture", "clip", "part beside a model")]
    [InlineData("general.architecture", "t5", "encoder and a decoder")]
    [InlineData("general.architecture", "llada", "diffusion")]
    [InlineData("general.type", "adapter", "'adapter'")]
    public void Open_SoundButNoModelToServe_IsUnsupportedByName(string key, string value, string words)
    {
        var error = Assert.Throws<UnsupportedModelException>(() =>
            Open(TinyModelSet.LlamaBpe, d => Set(d, key, value))
        );
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("no_vocab")]
    public void Open_NoVocabulary_IsUnsupported(string model) =>
        Assert.Throws<UnsupportedModelException>(() =>
            Open(TinyModelSet.LlamaBpe, d => Set(d, "tokenizer.ggml.model", model))
        );

    [Fact]
    public void Open_EveryTinyModel_IsAccepted() => Assert.All(TinyModelSet.All, model => Open(model, _ => { }));

    private static void Open(TinyModel model, Action<GgufDraft> change)
    {
        using var folder = new TemporaryFolder();
        var draft = GgufDraft.From(model.ToBytes());
        change(draft);
        GgufModelFile.Open(folder.Write("model.gguf", draft.ToBytes()!));
    }

    private static void Set(GgufDraft draft, string key, GgufValue value)
    {
        var index = draft.Values.FindIndex(v => v.Key == key);
        if (index < 0)
        {
            draft.Values.Add((key, value));
        }
        else
        {
            draft.Values[index] = (key, value);
        }
    }

    private static void Remove(GgufDraft draft, string key) => draft.Values.RemoveAll(v => v.Key == key);

    private static void Tokens(GgufDraft draft, Action<string[]> change)
    {
        var tokens = draft.Values.Single(v => v.Key == "tokenizer.ggml.tokens").Value.AsStrings().ToArray();
        change(tokens);
        Set(draft, "tokenizer.ggml.tokens", GgufValue.Array(tokens));
    }

    private static void Rwkv(GgufDraft draft)
    {
        Set(draft, "tokenizer.ggml.model", "rwkv");
        Set(draft, "tokenizer.ggml.tokens", GgufValue.Array(["a", "b", "cd"]));
    }

    private static void Type(GgufDraft draft, string name, GgmlType type)
    {
        var index = draft.Tensors.FindIndex(tensor => tensor.Name == name);
        draft.Tensors[index] = draft.Tensors[index].With(type, draft.Tensors[index].Dimensions)!;
    }

    private static GgufValue Invalid() => new(GgufValueType.String, GgufValueType.String, 1, new byte[] { 0xC3, 0x28 });
}
