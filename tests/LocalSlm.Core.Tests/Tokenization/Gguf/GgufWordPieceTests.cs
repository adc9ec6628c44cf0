using LocalSlm.Tokenization.Gguf;

namespace LocalSlm.Tests.Tokenization.Gguf;

/// <summary>Lower case and accents of WordPiece vocabularies, which <c>tokenizer.ggml.normalizer.*</c> settle (llama.cpp v0.4.0,
/// llama-vocab.cpp); older files leave it to be found out.</summary>
public class GgufWordPieceTests
{
    private static readonly string[] Cased = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "▁É", "▁é", "▁e", "▁E"];
    private static readonly string[] Uncased = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "▁x", "▁é", "▁e"];

    [Theory]
    [InlineData(null, null, "4 7")] // words in capitals: nothing is changed
    [InlineData(true, null, "6 6")] // accents go with capitals
    [InlineData(true, false, "5 6")]
    [InlineData(false, true, "7 7")]
    [InlineData(false, null, "4 7")]
    public void Encode_VocabularyWithCapitals_FollowsTheFile(bool? lowercase, bool? accents, string expected) =>
        Assert.Equal(expected, Encode(Cased, lowercase, accents));

    [Theory]
    [InlineData(null, null, "6 6")]
    [InlineData(false, null, "1 1")]
    [InlineData(true, false, "5 6")]
    public void Encode_VocabularyWithoutCapitals_FollowsTheFileElseIsLowerCase(
        bool? lowercase,
        bool? accents,
        string expected
    ) => Assert.Equal(expected, Encode(Uncased, lowercase, accents));

    [Fact]
    public void Encode_AFewMarkersInCapitals_MakeNoVocabularyWithCapitals()
    {
        string[] words = [.. Enumerable.Range(0, 3_000).Select(i => $"▁w{i}")];
        Assert.Equal("6 6", Encode([.. Uncased, "▁QUERY", .. words], null, null));
    }

    private static string Encode(string[] vocabulary, bool? lowercase, bool? accents)
    {
        var tokenizer = GgufVocabulary.Build(
            new GgufVocabularyData
            {
                File = "test.gguf",
                Model = "bert",
                Tokens = vocabulary,
                MakesLowercase = lowercase,
                StripsAccents = accents,
            }
        );
        List<int> ids = [];
        tokenizer.Encode("É E", addSpecialTokens: false, ids);
        return string.Join(' ', ids);
    }
}
