using System.Text;
using System.Text.Json;
using LocalSlm.Tokenization.Decoding;
using LocalSlm.Tokenization.Models;
using LocalSlm.Tokenization.Normalization;
using LocalSlm.Tokenization.PostProcessing;
using LocalSlm.Tokenization.PreTokenization;

namespace LocalSlm.Tests.Tokenization;

/// <summary>Parts of a tokenizer.json that are not what they must be.</summary>
public class PartReadingTests
{
    [Theory]
    [InlineData("""[]""", "'$.normalizer'")]
    [InlineData("""{}""", "'$.normalizer.type'")]
    [InlineData("""{"type":5}""", "'$.normalizer.type'")]
    [InlineData("""{"type":"\uD800"}""", "'$.normalizer.type'")]
    [InlineData("""{"type":"Strip","strip_left":true}""", "'$.normalizer.strip_right'")]
    [InlineData("""{"type":"Strip","strip_left":1,"strip_right":true}""", "'$.normalizer.strip_left'")]
    [InlineData("""{"type":"Sequence"}""", "'$.normalizer.normalizers'")]
    [InlineData(
        """{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Prepend"}]}""",
        "'$.normalizer.normalizers[1].prepend'"
    )]
    [InlineData("""{"type":"Replace","content":"x"}""", "'$.normalizer.pattern'")]
    [InlineData("""{"type":"Replace","pattern":{},"content":"x"}""", "'$.normalizer.pattern'")]
    [InlineData("""{"type":"Replace","pattern":{"Regex":"("},"content":"x"}""", "'$.normalizer.pattern.Regex'")]
    [InlineData("""{"type":"Precompiled","precompiled_charsmap":"!"}""", "'$.normalizer.precompiled_charsmap'")]
    [InlineData("""{"type":"Precompiled","precompiled_charsmap":"AAA="}""", "'$.normalizer.precompiled_charsmap'")]
    [InlineData("""{"type":"Precompiled","precompiled_charsmap":"////fw=="}""", "'$.normalizer.precompiled_charsmap'")]
    [InlineData("""{"type":"BertNormalizer","clean_text":true}""", "'$.normalizer.lowercase'")]
    public void Normalizer_Malformed_NamesThePlace(string json, string place) =>
        AssertRefused<ModelFileException>(() => NormalizerJson.Read(Parse(json), "f"), place);

    [Theory]
    [InlineData("""{"type":"Digits"}""", "'$.pre_tokenizer.individual_digits'")]
    [InlineData("""{"type":"CharDelimiterSplit","delimiter":"ab"}""", "'$.pre_tokenizer.delimiter'")]
    [InlineData("""{"type":"CharDelimiterSplit","delimiter":""}""", "'$.pre_tokenizer.delimiter'")]
    [InlineData("""{"type":"FixedLength","length":0}""", "'$.pre_tokenizer.length'")]
    [InlineData("""{"type":"FixedLength","length":1e99}""", "'$.pre_tokenizer.length'")]
    [InlineData("""{"type":"Punctuation","behavior":"Gone"}""", "'$.pre_tokenizer.behavior'")]
    [InlineData("""{"type":"Split","pattern":{"String":"a"},"behavior":"Removed"}""", "'$.pre_tokenizer.invert'")]
    [InlineData(
        """{"type":"Metaspace","replacement":"_","prepend_scheme":"last"}""",
        "'$.pre_tokenizer.prepend_scheme'"
    )]
    [InlineData(
        """{"type":"Metaspace","replacement":"_","prepend_scheme":"first","add_prefix_space":false}""",
        "'$.pre_tokenizer.prepend_scheme'"
    )]
    public void PreTokenizer_Malformed_NamesThePlace(string json, string place) =>
        AssertRefused<ModelFileException>(() => PreTokenizerJson.Read(Parse(json), "f"), place);

    [Theory]
    [InlineData("""{"type":"Strip","content":" ","start":-1,"stop":0}""", "'$.decoder.start'")]
    [InlineData("""{"type":"BPEDecoder","suffix":""}""", "'$.decoder.suffix'")]
    [InlineData("""{"type":"WordPiece","prefix":null,"cleanup":true}""", "'$.decoder.prefix'")]
    [InlineData("""{"type":"Sequence","decoders":{}}""", "'$.decoder.decoders'")]
    public void Decoder_Malformed_NamesThePlace(string json, string place) =>
        AssertRefused<ModelFileException>(() => DecoderJson.Read(Parse(json), "f"), place);

    [Theory]
    [InlineData("""{"type":"BertProcessing","sep":["a",1]}""", "'$.post_processor.cls'")]
    [InlineData("""{"type":"BertProcessing","cls":["a",-1],"sep":["a",1]}""", "'$.post_processor.cls[1]'")]
    [InlineData(
        """{"type":"TemplateProcessing","single":[],"pair":[],"special_tokens":{}}""",
        "'$.post_processor.single'"
    )]
    [InlineData(
        """{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"x","type_id":0}}],"pair":[],"special_tokens":{}}""",
        "'$.post_processor.single[0].SpecialToken.id'"
    )]
    [InlineData(
        """{"type":"TemplateProcessing","single":[{"Sequence":{"id":"B","type_id":0}}],"pair":[],"special_tokens":{}}""",
        "'$.post_processor.single[0].Sequence.id'"
    )]
    public void PostProcessor_Malformed_NamesThePlace(string json, string place) =>
        AssertRefused<ModelFileException>(() => PostProcessorJson.Read(Parse(json), "f", _ => null), place);

    [Theory]
    [InlineData("""{"type":"Unigram","vocab":[["a",0]]}""", "'$.model.unk_id'")]
    [InlineData("""{"type":"Unigram","vocab":[["a",0]],"unk_id":1}""", "'$.model.unk_id'")]
    [InlineData("""{"type":"Unigram","vocab":[],"unk_id":0}""", "'$.model.vocab'")]
    [InlineData("""{"type":"Unigram","vocab":[["a",0],["b"]],"unk_id":0}""", "'$.model.vocab[1]'")]
    [InlineData("""{"type":"Unigram","vocab":[["a",1e999]],"unk_id":0}""", "'$.model.vocab[0]'")]
    [InlineData("""{"type":"WordLevel","vocab":{"a":0},"unk_token":"u"}""", "'$.model.unk_token'")]
    [InlineData("""{"type":"WordLevel","vocab":{"u":0,"a":0},"unk_token":"u"}""", "the same id 0")]
    [InlineData("""{"type":"WordLevel","vocab":{"u":0,"u":1},"unk_token":"u"}""", "there twice")]
    [InlineData("""{"type":"WordLevel","vocab":{"u":2147483647},"unk_token":"u"}""", "'$.model.vocab['u']'")]
    [InlineData("""{"type":"WordLevel","vocab":{"u":-1},"unk_token":"u"}""", "'$.model.vocab['u']'")]
    [InlineData(
        """{"type":"WordPiece","vocab":{"u":0},"unk_token":"u","continuing_subword_prefix":"##"}""",
        "'$.model.max_input_chars_per_word'"
    )]
    public void Model_Malformed_NamesThePlace(string json, string place) =>
        AssertRefused<ModelFileException>(() => ModelJson.Read(Parse(json), "f"), place);

    [Fact]
    public void Kind_Unknown_IsUnsupportedByName()
    {
        var json = Parse("""{"type":"Whatever"}""");
        AssertRefused<UnsupportedModelException>(() => NormalizerJson.Read(json, "f"), "'Whatever'");
        AssertRefused<UnsupportedModelException>(() => PreTokenizerJson.Read(json, "f"), "'Whatever'");
        AssertRefused<UnsupportedModelException>(() => DecoderJson.Read(json, "f"), "'Whatever'");
        AssertRefused<UnsupportedModelException>(() => PostProcessorJson.Read(json, "f", _ => null), "'Whatever'");
        AssertRefused<UnsupportedModelException>(() => ModelJson.Read(json, "f"), "'Whatever'");
    }

    [Fact]
    public void Sequence_TwoThatAddTokens_IsUnsupported()
    {
        const string Bert = """{"type":"BertProcessing","cls":["a",1],"sep":["b",2]}""";
        var json = Parse($$"""{"type":"Sequence","processors":[{{Bert}},{{Bert}}]}""");
        AssertRefused<UnsupportedModelException>(
            () => PostProcessorJson.Read(json, "f", _ => null),
            "'$.post_processor.processors[1]'"
        );
    }

    [Theory]
    [InlineData("normalizers")]
    [InlineData("pretokenizers")]
    [InlineData("decoders")]
    [InlineData("processors")]
    public void Sequence_NestedWithoutEnd_IsRefused(string field)
    {
        StringBuilder text = new();
        for (int i = 0; i < 5000; i++)
        {
            text.Append("{\"type\":\"Sequence\",\"").Append(field).Append("\":[");
        }

        for (int i = 0; i < 5000; i++)
        {
            text.Append("]}");
        }

        using var document = JsonDocument.Parse(text.ToString(), new JsonDocumentOptions { MaxDepth = 20_000 });
        var json = document.RootElement;
        AssertRefused<ModelFileException>(
            () =>
                _ = field switch
                {
                    "normalizers" => (object?)NormalizerJson.Read(json, "f"),
                    "pretokenizers" => PreTokenizerJson.Read(json, "f"),
                    "decoders" => DecoderJson.Read(json, "f"),
                    _ => PostProcessorJson.Read(json, "f", _ => null),
                },
            "deeper"
        );
    }

    [Fact]
    public void Part_Null_IsNone()
    {
        var json = Parse("null");
        Assert.Null(NormalizerJson.Read(json, "f"));
        Assert.Null(PreTokenizerJson.Read(json, "f"));
        Assert.Null(DecoderJson.Read(json, "f"));
        Assert.Null(PostProcessorJson.Read(json, "f", _ => null));
    }

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    private static void AssertRefused<T>(Action read, string part)
        where T : Exception
    {
        var error = Assert.Throws<T>(read);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }
}
