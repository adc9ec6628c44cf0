using LocalSlm.Gguf.Format;
using LocalSlm.Testing;
using LocalSlm.Testing.TinyModels;
using LocalSlm.Tests.Format.Mutation;

namespace LocalSlm.Tests.Format;

public sealed class GgufFactsTests
{
    [Fact]
    public void Read_Llama_TellsItsShape()
    {
        var facts = Read(TinyModelSet.LlamaBpe);

        Assert.Equal(("llama.cpp", "llama", "Tiny llama"), (facts.Runtime, facts.Architecture, facts.Name));
        Assert.Equal((2, 64, 4), (facts.LayerCount, facts.EmbeddingLength, facts.HeadCount));
        Assert.Equal(2 * 2 * 2 * 16 * 2, facts.KvBytesPerToken); // layers, keys and values, heads, head width, bytes
        Assert.Equal((0L, 0), (facts.RecurrentBytesPerSequence, facts.SlidingWindowTokens));
        Assert.Equal((512, TinyVocabulary.BytePairSize), (facts.TrainedContextTokens, facts.VocabularySize));
        Assert.Equal(("gpt2", TinyVocabulary.ChatMlTemplate), (facts.TokenizerKind, facts.ChatTemplate));
        Assert.True(facts.CanGenerate);
        Assert.False(facts.IsRecurrent);
        Assert.Null(facts.Pooling);
        Assert.Equal(new RecommendedSampling(), facts.RecommendedSampling);
    }

    [Fact]
    public void Read_Mamba_HasStateAndNoCache()
    {
        var facts = Read(TinyModelSet.Mamba);

        Assert.True(facts.IsRecurrent);
        Assert.Equal(0, facts.KvBytesPerToken);
        Assert.Equal(2 * 4 * ((3 * 128) + (8 * 128)), facts.RecurrentBytesPerSequence); // layers, bytes, convolution and state
    }

    [Fact]
    public void Read_Hybrid_HasBoth()
    {
        var facts = Read(TinyModelSet.Hybrid);

        Assert.True(facts.IsRecurrent);
        Assert.Equal(2 * 2 * 16 * 2, facts.KvBytesPerToken); // the middle layer only
        Assert.Equal(2 * 4 * 2 * 64, facts.RecurrentBytesPerSequence);
    }

    [Fact]
    public void Read_SlidingWindow_TellsIt() =>
        Assert.Equal(TinyArchitectures.SlidingWindowTokens, Read(TinyModelSet.SlidingWindow).SlidingWindowTokens);

    [Fact]
    public void Read_Encoder_CannotGenerateAndTellsItsPooling()
    {
        var facts = Read(TinyModelSet.Encoder);

        Assert.False(facts.CanGenerate);
        Assert.Equal("mean", facts.Pooling);
        Assert.Equal(0, facts.KvBytesPerToken);
    }

    [Fact]
    public void Read_SamplingAndNamedTemplates_AreTold()
    {
        var facts = Read(
            TinyModelSet.LlamaBpe,
            ("general.sampling.temp", 0.6f),
            ("general.sampling.top_k", 20),
            ("general.sampling.top_p", 0.95f),
            ("general.sampling.min_p", float.NaN),
            ("general.sampling.penalty_repeat", 1.1f),
            ("general.sampling.penalty_last_n", 64),
            ("tokenizer.chat_templates", GgufValue.Array(["tool_use"])),
            ("tokenizer.chat_template.tool_use", "{{ tools }}")
        );

        Assert.Equal(
            new RecommendedSampling
            {
                Temperature = 0.6f,
                TopK = 20,
                TopP = 0.95f,
                RepetitionPenalty = 1.1f,
                PenaltyWindowTokens = 64,
            },
            facts.RecommendedSampling
        );
        Assert.Equal("{{ tools }}", Assert.Single(facts.NamedChatTemplates, pair => pair.Key == "tool_use").Value);
    }

    [Fact]
    public void Read_NegativePenaltyWindow_IsNone()
    {
        var facts = Read(TinyModelSet.LlamaBpe, ("general.sampling.penalty_last_n", -1));

        Assert.Equal(0, facts.RecommendedSampling.PenaltyWindowTokens);
    }

    [Fact]
    public void Read_SmolLm2_TellsWhatItsPublisherSays()
    {
        var facts = GgufFacts.Read(TestAssets.ModelOrSkip("smollm2-135m-instruct-q4_1.gguf"));

        // config.json of HuggingFaceTB/SmolLM2-135M-Instruct: 30 layers, 9 heads of 64, 3 of them for keys.
        Assert.Equal(
            (30, 576, 9, 49152, 8192),
            (facts.LayerCount, facts.EmbeddingLength, facts.HeadCount, facts.VocabularySize, facts.TrainedContextTokens)
        );
        Assert.Equal(30 * 2 * 3 * 64 * 2, facts.KvBytesPerToken);
        Assert.Equal(134_515_008, facts.ParameterCount);
        Assert.Equal("Q4_1", facts.Quantization);
        Assert.Contains("<|im_start|>", facts.ChatTemplate!, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_MiniLm_IsAnEncoder()
    {
        var facts = GgufFacts.Read(TestAssets.ModelOrSkip("all-minilm-l6-v2-q8_0.gguf"));

        Assert.Equal(
            ("bert", "mean", false, 384),
            (facts.Architecture, facts.Pooling, facts.CanGenerate, facts.EmbeddingLength)
        );
    }

    [Fact]
    public void Read_Adapter_IsNoModel() =>
        Assert.Throws<UnsupportedModelException>(() => GgufFacts.Read(TestAssets.ModelOrSkip("ahoy-lora.gguf")));

    private static ModelFacts Read(TinyModel model, params (string Key, GgufValue Value)[] additions)
    {
        using var folder = new TemporaryFolder();
        var draft = GgufDraft.From(model.ToBytes());
        draft.Values.AddRange(additions);
        return GgufFacts.Read(folder.Write("model.gguf", draft.ToBytes()!));
    }
}
