using System.Text.Json.Nodes;
using LocalSlm.Onnx.Format;
using Xunit;

namespace LocalSlm.Tests.Format;

public sealed class EmbeddingFactsTests
{
    private const string Modules = """
        [{"idx":0,"name":"0","path":"","type":"sentence_transformers.models.Transformer"},
         {"idx":1,"name":"1","path":"1_Pooling","type":"sentence_transformers.models.Pooling"},
         {"idx":2,"name":"2","path":"2_Normalize","type":"sentence_transformers.models.Normalize"}]
        """;

    // As sentence-transformers writes it, mean pooling.
    private const string MeanPooling = """
        {"word_embedding_dimension":32,"pooling_mode_cls_token":false,"pooling_mode_mean_tokens":true,
         "pooling_mode_max_tokens":false,"pooling_mode_mean_sqrt_len_tokens":false}
        """;

    [Fact]
    public void Read_SentenceTransformersFolder_TellsPoolingAndLength()
    {
        using var draft = FolderDraft
            .Encoder()
            .With("modules.json", Modules)
            .With("1_Pooling/config.json", MeanPooling)
            .With("sentence_bert_config.json", """{"max_seq_length":48,"do_lower_case":false}""")
            .With(
                "config_sentence_transformers.json",
                """{"prompts":{"query":"query: ","document":"passage: "},"default_prompt_name":"document"}"""
            );

        var files = OnnxModelReader.Read(draft.Path);

        Assert.False(files.Facts.CanGenerate);
        Assert.Equal("mean", files.Facts.Pooling);
        Assert.Equal("last_hidden_state", files.TokenOutput);
        var facts = files.Facts.Embedding!;
        Assert.Equal((32, 48), (facts.Dimensions, facts.MaxTokens));
        Assert.Equal(EmbeddingPooling.Mean, facts.Pooling);
        Assert.True(facts.Normalizes);
        Assert.False(facts.PoolsItself);
        Assert.Equal("query: ", facts.Prompts["query"]);
        Assert.Equal("document", facts.DefaultPromptName);
    }

    [Theory]
    [InlineData("""{"pooling_mode_cls_token":true}""", EmbeddingPooling.FirstToken)]
    [InlineData("""{"pooling_mode_lasttoken":true,"pooling_mode_mean_tokens":false}""", EmbeddingPooling.LastToken)]
    [InlineData("""{"pooling_mode":"cls"}""", EmbeddingPooling.FirstToken)]
    public void Read_Pooling_AsItsConfigHasIt(string config, EmbeddingPooling expected)
    {
        using var draft = FolderDraft.Encoder().With("1_Pooling/config.json", config);

        var facts = OnnxModelReader.Read(draft.Path).Facts.Embedding!;

        Assert.Equal(expected, facts.Pooling);
        Assert.Null(facts.Normalizes);
    }

    [Theory]
    [InlineData("""{"pooling_mode_max_tokens":true}""", "'max'")]
    [InlineData("""{"pooling_mode_cls_token":true,"pooling_mode_mean_tokens":true}""", "cls, mean")]
    [InlineData("{}", "names no pooling")]
    [InlineData("""{"pooling_mode_mean_tokens":true,"include_prompt":false}""", "leaves the prompt out")]
    public void Read_PoolingThatIsNotServed_IsRefusedByName(string config, string words)
    {
        using var draft = FolderDraft.Encoder().With("1_Pooling/config.json", config);

        var error = Assert.Throws<UnsupportedModelException>(() => OnnxModelReader.Read(draft.Path));

        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_DenseLayerBehindTheGraph_IsRefusedUnlessTheGraphPools()
    {
        const string dense = """
            [{"path":"","type":"sentence_transformers.models.Transformer"},
             {"path":"2_Dense","type":"sentence_transformers.models.Dense"}]
            """;
        using var draft = FolderDraft.Encoder().With("modules.json", dense);
        using var pooled = FolderDraft
            .Encoder(GraphDraft.Encoder(("sentence_embedding", [-1, 16])))
            .With("modules.json", dense);

        var error = Assert.Throws<UnsupportedModelException>(() => OnnxModelReader.Read(draft.Path));
        Assert.Contains("'Dense'", error.Message, StringComparison.Ordinal);
        var facts = OnnxModelReader.Read(pooled.Path).Facts.Embedding!;
        Assert.True(facts.PoolsItself);
        Assert.Equal(16, facts.Dimensions);
    }

    [Fact]
    public void Read_BothOutputs_PoolingIsChoosableWhereTheFilesTellIt()
    {
        var graph = GraphDraft.Encoder(("token_embeddings", [-1, -1, 32]), ("sentence_embedding", [-1, 32]));
        using var silent = FolderDraft.Encoder(graph);
        using var told = FolderDraft.Encoder(graph).With("1_Pooling/config.json", MeanPooling);

        Assert.True(OnnxModelReader.Read(silent.Path).Facts.Embedding!.PoolsItself);
        var files = OnnxModelReader.Read(told.Path);
        Assert.False(files.Facts.Embedding!.PoolsItself);
        Assert.Equal(("token_embeddings", "sentence_embedding"), (files.TokenOutput, files.SentenceOutput));
    }

    [Fact]
    public void Read_RobertaPositions_LeaveRoomForThePadding()
    {
        // transformers: position ids of the family begin at padding_idx + 1.
        using var draft = FolderDraft.Encoder(change: config =>
        {
            config["model_type"] = "xlm-roberta";
            config["max_position_embeddings"] = 514;
            config["pad_token_id"] = 1;
        });

        Assert.Equal(512, OnnxModelReader.Read(draft.Path).Facts.Embedding!.MaxTokens);
    }

    [Fact]
    public void Read_TokenizerWithoutALimit_LeavesThatOfThePositions()
    {
        using var draft = FolderDraft
            .Encoder()
            .With("tokenizer_config.json", """{"model_max_length":1000000000000000019884624838656}""");

        Assert.Equal(64, OnnxModelReader.Read(draft.Path).Facts.Embedding!.MaxTokens);
    }

    [Fact]
    public void Read_MatryoshkaDimensions_AreTold()
    {
        using var draft = FolderDraft.Encoder(change: config =>
            config["matryoshka_dimensions"] = new JsonArray(32, 8, 16, 8)
        );

        Assert.Equal([8, 16], OnnxModelReader.Read(draft.Path).Facts.Embedding!.MatryoshkaDimensions);
    }

    [Fact]
    public void Read_OpenLength_ComesFromTheConfigsWhereTheyAgree()
    {
        var graph = GraphDraft.Encoder(("last_hidden_state", [-1, -1, -1]));
        using var draft = FolderDraft.Encoder(graph);
        Assert.Equal(32, OnnxModelReader.Read(draft.Path).Facts.Embedding!.Dimensions);

        draft.With("1_Pooling/config.json", MeanPooling.Replace("32", "48", StringComparison.Ordinal));
        var error = Assert.Throws<ModelFileException>(() => OnnxModelReader.Read(draft.Path));
        Assert.Contains("'hidden_size' is 32", error.Message, StringComparison.Ordinal);
        Assert.Contains("is 48", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_DecoderThatGivesStates_HasCachesToo()
    {
        var graph = new GraphDraft()
            .Input("input_ids", GraphDraft.Int64, -1, -1)
            .Input("attention_mask", GraphDraft.Int64, -1, -1)
            .Input("position_ids", GraphDraft.Int64, -1, -1)
            .Output("last_hidden_state", GraphDraft.Float, -1, -1, 32)
            .Cache(0, 2, 8)
            .Cache(1, 2, 8);
        using var draft = FolderDraft.Encoder(graph, config => config["model_type"] = "qwen3");

        var files = OnnxModelReader.Read(draft.Path);

        Assert.NotNull(files.Facts.Embedding);
        Assert.Equal(2, files.Caches.Count);
    }

    [Theory]
    [InlineData("""{"prompts":{"query":7}}""")]
    [InlineData("""{"prompts":[]}""")]
    [InlineData("""{"prompts":{"query":"q"},"default_prompt_name":"other"}""")]
    public void Read_PromptsThatAreNone_AreRefused(string text)
    {
        using var draft = FolderDraft.Encoder().With("config_sentence_transformers.json", text);

        Assert.Throws<ModelFileException>(() => OnnxModelReader.Read(draft.Path));
    }

    [Fact]
    public void Read_PoolingFolderThatLeadsOut_IsRefused()
    {
        using var draft = FolderDraft
            .Encoder()
            .With("modules.json", Modules.Replace("1_Pooling", "../1_Pooling", StringComparison.Ordinal));

        var error = Assert.Throws<ModelFileException>(() => OnnxModelReader.Read(draft.Path));
        Assert.Contains("'../1_Pooling/config.json'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_PoolingFolderMissing_IsNamed()
    {
        using var draft = FolderDraft.Encoder().With("modules.json", Modules);

        var error = Assert.Throws<ModelNotFoundException>(() => OnnxModelReader.Read(draft.Path));
        Assert.Contains("'1_Pooling/config.json'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ClassifierGraph_IsRefusedByItsOutputs()
    {
        using var draft = FolderDraft.Encoder(GraphDraft.Encoder(("scores", [-1, 2])));

        var error = Assert.Throws<UnsupportedModelException>(() => OnnxModelReader.Read(draft.Path));
        Assert.Contains("scores", error.Message, StringComparison.Ordinal);
    }
}
