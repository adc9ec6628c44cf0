using System.Text.Json.Nodes;
using LocalSlm.Onnx.Format;
using Microsoft.ML.OnnxRuntime.Tensors;
using Xunit;

namespace LocalSlm.Tests.Format;

public sealed class DecoderFactsTests
{
    [Fact]
    public void Read_SparseLayersOfDifferentHeads_FollowsTheGraph()
    {
        var graph = new GraphDraft()
            .Input("input_ids", GraphDraft.Int64, -1, -1)
            .Output("logits", GraphDraft.Float, -1, -1, 32)
            .Cache(5, 4, 16, GraphDraft.Float16)
            .Cache(1, 2, 8);
        using var draft = FolderDraft.GenAi(graph);

        var files = OnnxModelReader.Read(draft.Path);

        Assert.Equal([1, 5], files.Caches.Select(cache => cache.Layer));
        Assert.Equal([2, 4], files.Caches.Select(cache => cache.Heads));
        Assert.Equal([8, 16], files.Caches.Select(cache => cache.KeyWidth));
        Assert.Equal(
            [TensorElementType.Float, TensorElementType.Float16],
            files.Caches.Select(cache => cache.ElementType)
        );
        Assert.Equal(6, files.Facts.LayerCount);
        Assert.Equal(2 * (2 * 8 + 4 * 16) * 2, files.Facts.KvBytesPerToken);
        Assert.Equal((4, 16), (files.KeyValueHeads, files.HeadSize));
        Assert.Contains(files.Disagreements, text => text.Contains("'num_hidden_layers' 2", StringComparison.Ordinal));
        Assert.Contains(
            files.Disagreements,
            text => text.Contains("'num_key_value_heads' 2", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Read_ConvolutionState_IsRecurrent()
    {
        var graph = GraphDraft
            .Decoder()
            .Input("past_conv.2", GraphDraft.Float, -1, 16, 3)
            .Output("present_conv.2", GraphDraft.Float, -1, 16, 3);
        using var draft = FolderDraft.Transformers(graph);

        var files = OnnxModelReader.Read(draft.Path);

        Assert.True(files.Facts.IsRecurrent);
        Assert.Equal(16 * 3 * 4, files.Facts.RecurrentBytesPerSequence);
        var state = Assert.Single(files.RecurrentStates);
        Assert.Equal(("past_conv.2", "present_conv.2"), (state.Input, state.Output));
        Assert.Equal([16, 3], state.Dimensions);
        Assert.Equal(3, files.Facts.LayerCount);
    }

    [Fact]
    public void Read_FixedLengthOfTheCache_IsTold()
    {
        var graph = new GraphDraft()
            .Input("input_ids", GraphDraft.Int64, -1, -1)
            .Output("logits", GraphDraft.Float, -1, -1, 32)
            .Cache(0, 2, 8, length: 64);
        using var draft = FolderDraft.GenAi(graph);

        Assert.Equal(64, Assert.Single(OnnxModelReader.Read(draft.Path).Caches).FixedLength);
    }

    [Fact]
    public void Read_OpenSizes_ComeFromTheWeights()
    {
        using var draft = FolderDraft.GenAi(
            OpenGraph(8),
            config => config["model"]!["decoder"]!["num_hidden_layers"] = 1
        );

        var files = OnnxModelReader.Read(draft.Path);

        Assert.Equal((2, 8), (files.KeyValueHeads, files.HeadSize));
        Assert.Equal(4, files.Facts.HeadCount);
        Assert.Equal(128, files.Facts.SlidingWindowTokens);
        Assert.Equal("int4", files.Facts.Quantization);

        // 4-bit codes: two to a byte.
        Assert.Equal(16 * 32, files.Facts.ParameterCount);
        Assert.Empty(files.Disagreements);
    }

    [Theory]
    [InlineData("head_size", 16, "it says 16 for head size; layer 0 of the graph")]
    [InlineData("num_key_value_heads", 4, "it says 4 for key and value heads; layer 0 of the graph")]
    public void Read_ConfigThatLiesAboutOpenSizes_IsRefusedWithBothValues(string key, int lie, string words)
    {
        using var draft = FolderDraft.GenAi(OpenGraph(8), config => config["model"]!["decoder"]![key] = lie);

        var error = Assert.Throws<ModelFileException>(() => OnnxModelReader.Read(draft.Path));

        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.Contains(key == "head_size" ? "has 8" : "has 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OpenSizesThatNothingTells_AreRefusedByName()
    {
        using var draft = FolderDraft.GenAi(
            GraphDraft.Decoder(width: -1),
            config =>
            {
                var decoder = config["model"]!["decoder"]!.AsObject();
                decoder.Remove("head_size");
                decoder.Remove("hidden_size");
            }
        );

        var error = Assert.Throws<ModelFileException>(() => OnnxModelReader.Read(draft.Path));

        Assert.Contains("'head_size' is missing", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_VocabularyLargerThanTheGraphs_IsRefusedWithBothValues()
    {
        using var draft = FolderDraft.GenAi(change: config => config["model"]!["vocab_size"] = 33);

        var error = Assert.Throws<ModelFileException>(() => OnnxModelReader.Read(draft.Path));

        Assert.Contains("'vocab_size' is 33", error.Message, StringComparison.Ordinal);
        Assert.Contains("knows 32 tokens", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_VocabularyLargerThanTheEmbedding_IsRefusedThoughTheLogitsAreOpen()
    {
        var graph = GraphDraft
            .Decoder(vocabulary: -1)
            .Tensor("embedding", GraphDraft.Float, [24, 2], new byte[24 * 2 * 4])
            .Node("Gather", "", ["embedding", "input_ids"], ["hidden"]);
        using var draft = FolderDraft.GenAi(graph);

        var error = Assert.Throws<ModelFileException>(() => OnnxModelReader.Read(draft.Path));

        Assert.Contains("knows 24 tokens", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_VocabularySmallerThanTheGraphs_FollowsTheGraphAndSaysSo()
    {
        using var draft = FolderDraft.GenAi(change: config => config["model"]!["vocab_size"] = 30);

        var files = OnnxModelReader.Read(draft.Path);

        Assert.Equal(32, files.Facts.VocabularySize);
        Assert.Contains("'vocab_size' 30", Assert.Single(files.Disagreements), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_EndTokensOfAllFiles_AreMergedAndBounded()
    {
        using var draft = FolderDraft
            .GenAi(change: config => config["model"]!["eos_token_id"] = new JsonArray(2, 5, 2, -1, 32, 1e300))
            .With("generation_config.json", """{"eos_token_id":[5,7,-7,2.5]}""")
            .With("tokenizer_config.json", """{"eos_token":{"content":"<end>"}}""");

        var files = OnnxModelReader.Read(draft.Path);

        Assert.Equal([2, 5, 7, 3], files.EndTokens);
        Assert.Equal(
            ["32", "1E+300", "-7", "2.5"],
            files.Disagreements.Select(text => text.Split("names ")[1].Split(" as ")[0])
        );
    }

    [Fact]
    public void Read_NoEndToken_TakesThatOfPadding()
    {
        // config.cpp of ONNX Runtime GenAI 0.18.
        using var draft = FolderDraft.GenAi(change: config =>
        {
            config["model"]!.AsObject().Remove("eos_token_id");
            config["model"]!["pad_token_id"] = 6;
        });

        var files = OnnxModelReader.Read(draft.Path);

        Assert.Equal([6], files.EndTokens);
        Assert.Equal(6, files.PadToken);
    }

    [Fact]
    public void Read_Sampling_IsRecommendedOnlyWhereSamplingIsOn()
    {
        using var off = FolderDraft.GenAi();
        using var genAi = FolderDraft.GenAi(change: config => config["search"]!["do_sample"] = true);
        using var transformers = FolderDraft
            .Transformers()
            .With(
                "generation_config.json",
                """{"do_sample":true,"temperature":0.7,"top_k":20,"top_p":0.8,"min_p":2,"repetition_penalty":"1.1"}"""
            );

        Assert.Equal(new(), OnnxModelReader.Read(off.Path).Facts.RecommendedSampling);
        Assert.Equal(new() { Temperature = 0.5f }, OnnxModelReader.Read(genAi.Path).Facts.RecommendedSampling);

        // Silent about sampling, it takes nothing away.
        genAi.With("generation_config.json", """{"eos_token_id":2}""");
        Assert.Equal(new() { Temperature = 0.5f }, OnnxModelReader.Read(genAi.Path).Facts.RecommendedSampling);
        Assert.Equal(
            new()
            {
                Temperature = 0.7f,
                TopK = 20,
                TopP = 0.8f,
            },
            OnnxModelReader.Read(transformers.Path).Facts.RecommendedSampling
        );
    }

    [Fact]
    public void Read_Templates_OfEveryPlaceAreFound()
    {
        using var draft = FolderDraft
            .GenAi()
            .With(
                "tokenizer_config.json",
                """{"chat_template":[{"name":"default","template":"listed"},{"name":"tool_use","template":"tools"}]}"""
            )
            .With("chat_template.json", """{"chat_template":"old"}""");

        var facts = OnnxModelReader.Read(draft.Path).Facts;
        Assert.Equal("listed", facts.ChatTemplate);
        Assert.Equal("tools", facts.NamedChatTemplates["tool_use"]);

        draft.With("chat_template.jinja", "\uFEFFown").With("additional_chat_templates/rag.jinja", "documents");
        facts = OnnxModelReader.Read(draft.Path).Facts;
        Assert.Equal("own", facts.ChatTemplate);
        Assert.Equal(["rag", "tool_use"], facts.NamedChatTemplates.Keys.Order());

        draft.Without("tokenizer_config.json").Without("chat_template.jinja");
        Assert.Equal("old", OnnxModelReader.Read(draft.Path).Facts.ChatTemplate);
    }

    [Fact]
    public void Read_GenAiSettings_AreKept()
    {
        using var draft = FolderDraft.GenAi(change: config =>
        {
            config["search"]!["past_present_share_buffer"] = true;
            config["model"]!["decoder"]!["session_options"] = JsonNode.Parse(
                """
                {"log_id":"x","intra_op_num_threads":3,"config_entries":{"session.intra_op.allow_spinning":"0"},
                 "provider_options":[{"cuda":{"device_id":"1","flag":2}},{"cpu":{}}]}
                """
            );
        });

        var files = OnnxModelReader.Read(draft.Path);

        Assert.True(files.SharesPastPresent);
        Assert.Equal(["cuda", "cpu"], files.Providers.Select(provider => provider.Key));
        Assert.Equal("2", files.Providers[0].Value["flag"]);
        Assert.Equal("3", files.SessionOptions["intra_op_num_threads"]);
        Assert.Equal("0", files.SessionOptions["session.intra_op.allow_spinning"]);
        Assert.DoesNotContain("provider_options", files.SessionOptions.Keys);
    }

    [Fact]
    public void Read_NamesOfTheConfig_AreFollowed()
    {
        var graph = new GraphDraft()
            .Input("ids", GraphDraft.Int64, -1, -1)
            .Input("k3_in", GraphDraft.Float, -1, 2, -1, 8)
            .Input("v3_in", GraphDraft.Float, -1, 2, -1, 8)
            .Output("scores", GraphDraft.Float, -1, -1, 32)
            .Output("k3", GraphDraft.Float, -1, 2, -1, 8)
            .Output("v3", GraphDraft.Float, -1, 2, -1, 8);
        using var draft = FolderDraft.GenAi(
            graph,
            config =>
            {
                config["model"]!["decoder"]!["inputs"] = JsonNode.Parse(
                    """{"input_ids":"ids","past_key_names":"k%d_in","past_value_names":"v%d_in"}"""
                );
                config["model"]!["decoder"]!["outputs"] = JsonNode.Parse(
                    """{"logits":"scores","present_key_names":"k%d","present_value_names":"v%d"}"""
                );
            }
        );

        var cache = Assert.Single(OnnxModelReader.Read(draft.Path).Caches);

        Assert.Equal((3, "k3_in", "v3"), (cache.Layer, cache.PastKey, cache.PresentValue));
    }

    // Open key and value sizes, as the model builder of ONNX Runtime GenAI 0.18 leaves them.
    private static GraphDraft OpenGraph(long width) =>
        GraphDraft
            .Decoder(layers: 1, heads: -1, width: -1)
            .Tensor("v.weight", GraphDraft.UInt8, [2 * width, 1, 16], new byte[2 * width * 16])
            .Tensor("v.scales", GraphDraft.Float, [2 * width, 1], new byte[2 * width * 4])
            .Node(
                "MatMulNBits",
                "com.microsoft",
                ["x", "v.weight", "v.scales"],
                ["v"],
                ("K", 32),
                ("N", 2 * width),
                ("bits", 4),
                ("block_size", 32)
            )
            .Node(
                "GroupQueryAttention",
                "com.microsoft",
                ["q", "k", "v", "past_key_values.0.key", "past_key_values.0.value"],
                ["a", "present.0.key", "present.0.value"],
                ("num_heads", 4),
                ("kv_num_heads", 2),
                ("local_window_size", 128)
            );
}
