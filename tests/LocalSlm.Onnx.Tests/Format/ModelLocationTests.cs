using LocalSlm.Onnx.Format;
using Xunit;

namespace LocalSlm.Tests.Format;

public sealed class ModelLocationTests
{
    [Fact]
    public void Recognises_FoldersAndGraphs_AsTheyAre()
    {
        using var genAi = FolderDraft.GenAi();
        using var transformers = FolderDraft.Transformers();

        Assert.True(OnnxModelReader.Recognises(genAi.Path));
        Assert.True(OnnxModelReader.Recognises(genAi.At("model.onnx")));
        Assert.True(OnnxModelReader.Recognises(transformers.Path));
        Assert.True(OnnxModelReader.Recognises(transformers.At("onnx/model.onnx")));
        Assert.False(OnnxModelReader.Recognises(genAi.At("tokenizer.json")));
        Assert.False(OnnxModelReader.Recognises(genAi.At("nothing.onnx")));
        Assert.False(OnnxModelReader.Recognises(genAi.Outside));
        Assert.False(OnnxModelReader.Recognises(""));
    }

    [Fact]
    public void Read_FolderWithoutAModel_SaysWhatWasLookedFor()
    {
        using var draft = FolderDraft.Transformers().Without("onnx/model.onnx");

        var error = Assert.Throws<ModelNotFoundException>(() => OnnxModelReader.Read(draft.Path));

        Assert.Contains("genai_config.json (not there)", error.Message, StringComparison.Ordinal);
        Assert.Contains("config.json (there)", error.Message, StringComparison.Ordinal);
        Assert.Contains("'onnx/' or beside it (not there)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_GraphAlone_SaysWhatWasLookedFor()
    {
        using var draft = FolderDraft.Transformers().Without("config.json");

        var error = Assert.Throws<ModelNotFoundException>(() => OnnxModelReader.Read(draft.At("onnx/model.onnx")));

        Assert.Contains("the graph lies alone", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NothingThere_SaysSo()
    {
        using var draft = FolderDraft.GenAi();

        Assert.Contains(
            "nothing lies there",
            Assert.Throws<ModelNotFoundException>(() => OnnxModelReader.Read(draft.At("no"))).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "no .onnx file",
            Assert.Throws<ModelNotFoundException>(() => OnnxModelReader.Read(draft.At("tokenizer.json"))).Message,
            StringComparison.Ordinal
        );
        Assert.Throws<ArgumentException>(() => OnnxModelReader.Read(""));
    }

    [Fact]
    public void Read_DiffusionPipeline_IsRefusedByName()
    {
        using var draft = FolderDraft
            .Transformers()
            .Without("config.json")
            .With("model_index.json", """{"_class_name":"StableDiffusionPipeline"}""");

        var error = Assert.Throws<ModelNotFoundException>(() => OnnxModelReader.Read(draft.Path));

        Assert.Contains("diffusion pipeline", error.Message, StringComparison.Ordinal);
    }

    // The order that docs/guide/onnx-models.md gives.
    [Theory]
    [InlineData("onnx/model.onnx", "onnx/model_fp16.onnx", "onnx/model_quantized.onnx", "onnx/model_q4.onnx")]
    [InlineData("onnx/model_fp16.onnx", "onnx/model_quantized.onnx", "onnx/model_int8.onnx")]
    [InlineData("onnx/model_quantized.onnx", "onnx/model_int8.onnx", "onnx/model_q4.onnx")]
    [InlineData("onnx/model_uint8.onnx", "onnx/model_q4.onnx", "onnx/model_q4f16.onnx")]
    [InlineData("onnx/model_q4.onnx", "onnx/model_q4f16.onnx", "onnx/model_bnb4.onnx")]
    [InlineData("onnx/model.onnx", "model.onnx")]
    [InlineData("model.onnx", "model_quantized.onnx")]
    [InlineData("onnx/decoder_model_merged.onnx", "onnx/decoder_model.onnx", "onnx/decoder_with_past_model.onnx")]
    [InlineData("onnx/something.onnx")]
    public void Read_SeveralGraphs_TakesTheFirstOfTheOrder(string expected, params string[] others)
    {
        using var draft = FolderDraft.Transformers().Without("onnx/model.onnx");
        foreach (var name in others.Append(expected))
        {
            draft.With(name, GraphDraft.Decoder().ToArray());
        }

        Assert.Equal(draft.At(expected), OnnxModelReader.Read(draft.Path).GraphPath);
    }

    [Fact]
    public void Read_GraphNamedByTheCaller_IsTaken()
    {
        using var draft = FolderDraft.Transformers().With("onnx/model_q4.onnx", GraphDraft.Decoder().ToArray());

        var files = OnnxModelReader.Read(draft.At("onnx/model_q4.onnx"));

        Assert.Equal(draft.At("onnx/model_q4.onnx"), files.GraphPath);
        Assert.Equal(draft.Path, files.Folder);
        Assert.Equal(draft.At("onnx/model_q4.onnx"), files.Facts.Path);
    }

    [Fact]
    public void Read_SeveralGraphsOfOtherNames_AreListed()
    {
        using var draft = FolderDraft
            .Transformers()
            .Without("onnx/model.onnx")
            .With("onnx/a.onnx", GraphDraft.Decoder().ToArray())
            .With("onnx/b.onnx", GraphDraft.Decoder().ToArray());

        var error = Assert.Throws<ModelNotFoundException>(() => OnnxModelReader.Read(draft.Path));

        Assert.Contains("a.onnx, b.onnx", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_GraphsWithAndWithoutCache_AreRefused()
    {
        using var draft = FolderDraft
            .Transformers()
            .Without("onnx/model.onnx")
            .With("onnx/decoder_model.onnx", GraphDraft.Decoder().ToArray())
            .With("onnx/decoder_with_past_model.onnx", GraphDraft.Decoder().ToArray());

        var error = Assert.Throws<UnsupportedModelException>(() => OnnxModelReader.Read(draft.Path));

        Assert.Contains("text-generation-with-past", error.Message, StringComparison.Ordinal);
    }
}
