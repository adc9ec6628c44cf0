using LocalSlm.Onnx.Format;
using LocalSlm.Testing;
using Microsoft.ML.OnnxRuntime.Tensors;
using Xunit;

namespace LocalSlm.Tests.Format;

/// <summary>Real folders; the expected values are the publishers', from the models' cards and configs.</summary>
public sealed class PublishedModelTests
{
    [Fact]
    public void Read_ConfigThatPromisesALongerContextThanTheTables_FollowsTheGraph()
    {
        var source = TestAssets.ModelOrSkip("tiny-llama-genai-fp32");
        var folder = Directory.CreateTempSubdirectory("localslm-context-").FullName;
        try
        {
            foreach (var path in Directory.GetFiles(source))
            {
                File.WriteAllBytes(Path.Combine(folder, Path.GetFileName(path)), File.ReadAllBytes(path));
            }

            var config = Path.Combine(folder, "genai_config.json");
            File.WriteAllText(
                config,
                File.ReadAllText(config)
                    .Replace("\"context_length\": 256", "\"context_length\": 100000", StringComparison.Ordinal)
            );
            var files = OnnxModelReader.Read(folder);

            // The cos_cache of the graph has 256 rows.
            Assert.Equal(256, files.Facts.TrainedContextTokens);
            Assert.Contains("100000", Assert.Single(files.Disagreements), StringComparison.Ordinal);
            Assert.Equal(512, files.EmbeddingRows);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Read_SmolLm2GenAiFolder_TellsItsFacts()
    {
        var path = TestAssets.ModelOrSkip("smollm2-135m-instruct-genai-int4");

        var files = OnnxModelReader.Read(path);

        var facts = files.Facts;
        Assert.Equal("onnxruntime", facts.Runtime);
        Assert.Equal("llama", facts.Architecture);
        Assert.Equal("int4", facts.Quantization);
        Assert.Equal(30, facts.LayerCount);
        Assert.Equal(576, facts.EmbeddingLength);
        Assert.Equal(9, facts.HeadCount);
        Assert.Equal(30 * 3 * (64 + 64) * 2, facts.KvBytesPerToken);
        Assert.Equal(8192, facts.TrainedContextTokens);
        Assert.Equal(49152, facts.VocabularySize);
        Assert.Equal("BPE", facts.TokenizerKind);
        Assert.True(facts.CanGenerate);

        // 134,515,008 parameters says the model's card; the head is tied and stored once.
        Assert.Equal(134_515_008, facts.ParameterCount);
        Assert.InRange(facts.WeightBytes, 88_000_000, 88_700_000);
        Assert.StartsWith("{%", facts.ChatTemplate, StringComparison.Ordinal);
        Assert.Equal(OnnxLayout.GenAi, files.Layout);
        Assert.Equal([2], files.EndTokens);
        Assert.Equal(1, files.BosToken);
        Assert.True(files.SharesPastPresent);
        Assert.Equal(49152, files.EmbeddingRows);
        Assert.Equal(64, files.HeadSize);
        Assert.Equal(3, files.KeyValueHeads);
        Assert.Equal(30, files.Caches.Count);
        Assert.Equal(
            new LayerCache(
                29,
                "past_key_values.29.key",
                "past_key_values.29.value",
                "present.29.key",
                "present.29.value",
                3,
                64,
                64,
                TensorElementType.Float,
                -1
            ),
            files.Caches[^1]
        );
        Assert.Contains("com.microsoft:GroupQueryAttention", files.Operators);
        Assert.Empty(files.Disagreements);

        // do_sample is false there, so its temperature and top_k have no effect.
        Assert.Equal(new RecommendedSampling(), facts.RecommendedSampling);
    }

    [Fact]
    public void Read_TinyGenAiFolder_TellsItsFacts()
    {
        var files = OnnxModelReader.Read(TestAssets.ModelOrSkip("tiny-llama-genai-fp32"));

        Assert.Equal("fp32", files.Facts.Quantization);
        Assert.Equal(512, files.Facts.VocabularySize);
        Assert.Equal((2, 2, 32), (files.Caches.Count, files.KeyValueHeads, files.HeadSize));
    }

    [Fact]
    public void Read_TransformersFolder_TellsItsFacts()
    {
        var files = OnnxModelReader.Read(TestAssets.MiniMindSourceFolder);

        Assert.Equal(OnnxLayout.Transformers, files.Layout);
        Assert.Equal("llama", files.Facts.Architecture);
        Assert.Equal("model_quantized.onnx", Path.GetFileName(files.GraphPath));
        Assert.Equal("int8 (dynamic activations)", files.Facts.Quantization);
        Assert.Equal(8, files.Facts.LayerCount);
        Assert.Equal(8, files.Facts.HeadCount);
        Assert.Equal((2, 64), (files.KeyValueHeads, files.HeadSize));
        Assert.Equal(32768, files.Facts.TrainedContextTokens);
        Assert.Equal(6400, files.Facts.VocabularySize);
        Assert.Equal([2], files.EndTokens);
        Assert.Equal("BPE", files.Facts.TokenizerKind);
        Assert.Contains("<|im_start|>", files.Facts.ChatTemplate, StringComparison.Ordinal);
        Assert.Empty(files.Disagreements);
    }

    [Fact]
    public void Read_OneGraphOfAFolder_IsExactlyThatGraph()
    {
        var graph = Path.Combine(TestAssets.MiniMindSourceFolder, "onnx", "model_quantized.onnx");

        var files = OnnxModelReader.Read(graph);

        Assert.Equal(graph, files.GraphPath);
        Assert.Equal(TestAssets.MiniMindSourceFolder, files.Folder);
    }

    [Fact]
    public void Read_FloatMiniMindFolder_TellsItsFacts()
    {
        var files = OnnxModelReader.Read(TestAssets.MiniMindOnnxFolder);

        Assert.Equal("model.onnx", Path.GetFileName(files.GraphPath));
        Assert.Equal("fp32", files.Facts.Quantization);
        Assert.Equal(8, files.Caches.Count);
        Assert.DoesNotContain(":MatMulInteger", files.Operators);
    }

    [Fact]
    public void Read_MiniLmFolder_IsAnEmbeddingModel()
    {
        var files = OnnxModelReader.Read(TestAssets.MiniLmOnnxFolder);

        Assert.False(files.Facts.CanGenerate);
        Assert.Equal("bert", files.Facts.Architecture);
        Assert.Equal("WordPiece", files.Facts.TokenizerKind);
        Assert.Equal(30522, files.Facts.VocabularySize);
        Assert.Equal("last_hidden_state", files.TokenOutput);
        Assert.Null(files.SentenceOutput);
        var embedding = Assert.IsType<EmbeddingFacts>(files.Facts.Embedding);
        Assert.Equal(384, embedding.Dimensions);
        Assert.Equal(512, embedding.MaxTokens);

        // The package brings no 1_Pooling folder.
        Assert.Null(embedding.Pooling);
        Assert.False(embedding.PoolsItself);
        Assert.Empty(files.Caches);
    }
}
