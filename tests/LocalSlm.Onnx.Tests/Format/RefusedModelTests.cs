using System.Text.Json.Nodes;
using LocalSlm.Onnx.Format;
using Xunit;

namespace LocalSlm.Tests.Format;

public sealed class RefusedModelTests
{
    [Theory]
    [InlineData("decoder-pipeline", "decoder-pipeline")]
    [InlineData("whisper", "'whisper'")]
    [InlineData("phi3v", "'phi3v'")]
    [InlineData("phi4mm", "'phi4mm'")]
    [InlineData("t5", "'t5'")]
    [InlineData("never-heard-of", "'never-heard-of'")]
    [InlineData("Llama", "'Llama'")]
    public void Read_GenAiType_IsRefusedByName(string type, string words)
    {
        using var draft = FolderDraft.GenAi(change: config => config["model"]!["type"] = type);

        var error = Assert.Throws<UnsupportedModelException>(() => OnnxModelReader.Read(draft.Path));

        Assert.Equal(type, error.Architecture);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vision", "sees images")]
    [InlineData("speech", "hears speech")]
    [InlineData("encoder", "encoder-decoder")]
    public void Read_GenAiBlock_IsRefusedByName(string block, string words)
    {
        using var draft = FolderDraft.GenAi(change: config =>
            config["model"]![block] = new JsonObject { ["filename"] = "x.onnx" }
        );

        var error = Assert.Throws<UnsupportedModelException>(() => OnnxModelReader.Read(draft.Path));

        Assert.Contains($"'model.{block}'", error.Message, StringComparison.Ordinal);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_GenAiPipeline_IsRefusedByName()
    {
        using var draft = FolderDraft.GenAi(change: config =>
            config["model"]!["decoder"]!["pipeline"] = new JsonArray(new JsonObject())
        );

        Assert.Contains(
            "decoder-pipeline",
            Assert.Throws<UnsupportedModelException>(() => OnnxModelReader.Read(draft.Path)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Read_CustomOperatorLibrary_IsRefusedUnlessAllowed()
    {
        using var draft = FolderDraft.GenAi(change: config =>
            config["model"]!["decoder"]!["session_options"] = new JsonObject { ["custom_ops_library"] = "evil.so" }
        );

        var error = Assert.Throws<UnsupportedModelException>(() => OnnxModelReader.Read(draft.Path));

        Assert.Contains("'evil.so'", error.Message, StringComparison.Ordinal);
        Assert.Equal(["evil.so"], OnnxModelReader.Read(draft.Path, true).CustomOperatorLibraries);
    }

    [Theory]
    [InlineData("is_encoder_decoder", "true", "encoder-decoder")]
    [InlineData("vision_config", "{}", "images")]
    [InlineData("audio_config", "{}", "sound")]
    public void Read_TransformersModelOfAnotherKind_IsRefusedByName(string key, string value, string words)
    {
        using var draft = FolderDraft.Transformers(change: config => config[key] = JsonNode.Parse(value));

        var error = Assert.Throws<UnsupportedModelException>(() => OnnxModelReader.Read(draft.Path));

        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_GraphWithoutACache_IsRefused()
    {
        using var draft = FolderDraft.Transformers(GraphDraft.Decoder(layers: 0));

        var error = Assert.Throws<UnsupportedModelException>(() => OnnxModelReader.Read(draft.Path));

        Assert.Contains("text-generation-with-past", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_GraphOfPictures_IsRefusedByItsInputs()
    {
        using var draft = FolderDraft.Transformers(
            GraphDraft.Decoder().Input("pixel_values", GraphDraft.Float, -1, 3, 224, 224)
        );

        var error = Assert.Throws<UnsupportedModelException>(() => OnnxModelReader.Read(draft.Path));

        Assert.Contains("'pixel_values'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_CacheWithoutItsOutput_IsRefusedByName()
    {
        using var draft = FolderDraft.GenAi(
            GraphDraft.Decoder().Input("past_key_values.9.key", GraphDraft.Float, -1, 2, -1, 8)
        );

        var error = Assert.Throws<UnsupportedModelException>(() => OnnxModelReader.Read(draft.Path));

        Assert.Contains("'past_key_values.9.value'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_IntegerCache_IsRefused()
    {
        using var draft = FolderDraft.GenAi(GraphDraft.Decoder(type: GraphDraft.UInt8));

        var error = Assert.Throws<UnsupportedModelException>(() => OnnxModelReader.Read(draft.Path));

        Assert.Contains("UInt8", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model.onnx")]
    [InlineData("tokenizer.json")]
    public void Read_MissingFile_IsNamed(string name)
    {
        using var draft = FolderDraft.GenAi().Without(name);

        var error = Assert.Throws<ModelNotFoundException>(() => OnnxModelReader.Read(draft.Path));

        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("filename", "../model.onnx")]
    [InlineData("filename", "/etc/passwd")]
    [InlineData("filename", "a\\b.onnx")]
    [InlineData("filename", "")]
    [InlineData("tokenizer_dir", "../../etc")]
    [InlineData("tokenizer_dir", "/etc")]
    public void Read_PathThatLeadsOut_IsRefused(string key, string value)
    {
        using var draft = FolderDraft.GenAi(change: config =>
            (key == "filename" ? config["model"]!["decoder"]! : config["model"]!)[key] = value
        );
        if (key == "tokenizer_dir")
        {
            Directory.CreateDirectory(Path.Combine(draft.Outside, "etc"));
        }

        if (value.Length == 0)
        {
            Assert.ThrowsAny<LocalSlmException>(() => OnnxModelReader.Read(draft.Path));
            return;
        }

        var error = Assert.Throws<ModelFileException>(() => OnnxModelReader.Read(draft.Path));
        Assert.Contains($"'{value}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_TokenizerInAFolderOfItsOwn_IsFound()
    {
        using var draft = FolderDraft.GenAi(change: config => config["model"]!["tokenizer_dir"] = "tokenizer");
        Directory.CreateDirectory(draft.At("tokenizer"));
        File.Move(draft.At("tokenizer.json"), draft.At("tokenizer/tokenizer.json"));

        Assert.Equal(draft.At("tokenizer"), OnnxModelReader.Read(draft.Path).TokenizerFolder);
    }

    [Theory]
    [InlineData("vocab_size", "\"32\"")]
    [InlineData("vocab_size", "32.5")]
    [InlineData("vocab_size", "0")]
    [InlineData("vocab_size", "1e400")]
    [InlineData("vocab_size", "99999999999999999999")]
    [InlineData("context_length", "-1")]
    [InlineData("eos_token_id", "\"2\"")]
    [InlineData("eos_token_id", "{}")]
    [InlineData("eos_token_id", "[[2]]")]
    [InlineData("type", "7")]
    [InlineData("decoder", "[]")]
    public void Read_ValueOfTheWrongKind_IsRefusedWithKeyAndValue(string key, string value)
    {
        using var draft = FolderDraft.GenAi();
        var config = File.ReadAllText(draft.At("genai_config.json"));

        // The key once more, at the end of 'model': the last counts.
        draft.With(
            "genai_config.json",
            config.Replace("},\"search\"", $",\"{key}\":{value}}},\"search\"", StringComparison.Ordinal)
        );

        var error = Assert.Throws<ModelFileException>(() => OnnxModelReader.Read(draft.Path));
        Assert.Contains($"'model.{key}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"model\":null}")]
    [InlineData("{\"model\":{}}")]
    [InlineData("{\"model\":{\"type\":\"llama\"}}")]
    [InlineData("{\"model\":{\"type\":\"\\ud800\"}}")]
    [InlineData("{\"\\udc00\":1}")]
    [InlineData("{\"model\":")]
    public void Read_ConfigThatIsNone_IsRefused(string text)
    {
        using var draft = FolderDraft.GenAi().With("genai_config.json", text);

        Assert.Throws<ModelFileException>(() => OnnxModelReader.Read(draft.Path));
    }

    [Fact]
    public void Read_DeepJson_IsRefused()
    {
        var deep = new string('[', 100_000);
        foreach (
            var name in new[]
            {
                "genai_config.json",
                "tokenizer.json",
                "tokenizer_config.json",
                "generation_config.json",
            }
        )
        {
            using var draft = FolderDraft.GenAi().With(name, $"{{\"a\":{deep}");

            var error = Assert.Throws<ModelFileException>(() => OnnxModelReader.Read(draft.Path));
            Assert.Contains(name, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Read_FileFarTooLong_IsRefusedUnread()
    {
        using var draft = FolderDraft.GenAi();
        using (var stream = File.OpenWrite(draft.At("genai_config.json")))
        {
            stream.SetLength(1L << 32);
        }

        var error = Assert.Throws<ModelFileException>(() => OnnxModelReader.Read(draft.Path));
        Assert.Contains("4294967296 bytes", error.Message, StringComparison.Ordinal);
    }
}
