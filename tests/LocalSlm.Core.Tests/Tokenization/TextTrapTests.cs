using LocalSlm.Tokenization;

namespace LocalSlm.Tests.Tokenization;

/// <summary>Texts that break tokenizers, on each of the synthetic ones.</summary>
public class TextTrapTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(2);

    public static TheoryData<string> Names => SyntheticGoldenTests.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Encode_LoneSurrogates_AreReadAsReplacementCharacters(string name)
    {
        var tokenizer = Load(name);
        string[] broken = ["a\uD800b", "\uDC00", "\uD83D", "\uD83D\uD83D\uDE00 x", "x \uDE00\uDE00"];
        string[] sound = ["a\uFFFDb", "\uFFFD", "\uFFFD", "\uFFFD\uD83D\uDE00 x", "x \uFFFD\uFFFD"];
        for (int i = 0; i < broken.Length; i++)
        {
            Assert.Equal(Encode(tokenizer, sound[i]), Encode(tokenizer, broken[i]));
            Assert.Equal(Encode(tokenizer, sound[i]), tokenizer.EncodeWithOffsets(broken[i], null, false).Ids);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Encode_Empty_GivesNothingOfItsOwn(string name)
    {
        var tokenizer = Load(name);
        Assert.Empty(Encode(tokenizer, ""));
        Assert.Empty(tokenizer.EncodeWithOffsets("", null, false).Ids);
        Assert.Equal("", tokenizer.Decode([], skipSpecialTokens: false));
    }

    /// <summary>With offsets a text takes another way through the engine; the tokens must be the same.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void EncodeWithOffsets_EveryWhiteSpaceAndRandomText_GivesTheTokensOfEncode(string name)
    {
        var tokenizer = Load(name);
        var spaces = Enumerable.Range(0, 0x10000).Select(c => (char)c).Where(char.IsWhiteSpace).ToArray();
        Random random = new(11);
        string alphabet = "aAbeéÄ'.,!_-#0189 \t\n\u0301\u200D\u4E2D\u3042\uAC00\u1100\u1161<>foLEFT\u2581\uFB01";
        List<string> texts = [.. spaces.Select(c => $"a{c}b{c}{c}\u4E2D{c}"), .. spaces.Select(c => $"{c}{c}x")];
        for (int i = 0; i < 300; i++)
        {
            texts.Add(
                string.Concat(
                    Enumerable
                        .Range(0, random.Next(1, 40))
                        .Select(_ => random.Next(9) == 0 ? "\uD83D\uDE00" : $"{alphabet[random.Next(alphabet.Length)]}")
                )
            );
        }

        foreach (string text in texts)
        {
            var encoding = tokenizer.EncodeWithOffsets(text, null, false);
            Assert.Equal(Encode(tokenizer, text), encoding.Ids);
            Assert.Equal(encoding.Ids.Count, encoding.Offsets.Count);
            Assert.All(
                encoding.Offsets,
                range =>
                {
                    Assert.InRange(range.Start.Value, 0, range.End.Value);
                    Assert.InRange(range.End.Value, 0, text.Length);
                }
            );
        }
    }

    /// <summary>Anything quadratic takes many minutes for these.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Encode_LongRuns_EndSoon(string name)
    {
        var tokenizer = Load(name);
        string[] units =
        [
            "a",
            "abc",
            " ",
            "\u4E2D",
            "e\u0301",
            "\u0301\u0323",
            ".",
            "\uD83D\uDE00",
            "\u2581",
            "\u1100",
            "foo",
            "<",
        ];
        foreach (string unit in units)
        {
            string text = string.Concat(Enumerable.Repeat(unit, 250_000 / unit.Length));
            long started = TimeProvider.System.GetTimestamp();
            Encode(tokenizer, text);
            var taken = TimeProvider.System.GetElapsedTime(started);
            Assert.True(taken < Soon, $"{GoldenFile.Show(unit)} took {taken}");
        }
    }

    /// <summary>A pattern that looks ahead must not look through the whole rest for each of its matches.</summary>
    [Fact]
    public void EncodeWithOffsets_ManyMatchesOfAPatternThatLooksAhead_EndsSoon()
    {
        var tokenizer = Load("bpe_roberta_prefix_space");
        string text = string.Concat(Enumerable.Repeat("ab  c ", 60_000));
        long started = TimeProvider.System.GetTimestamp();
        Assert.Equal(Encode(tokenizer, text), tokenizer.EncodeWithOffsets(text, null, false).Ids);
        Assert.True(TimeProvider.System.GetElapsedTime(started) < Soon);
    }

    [Theory]
    [InlineData("wordpiece_cased_maxchars20")]
    [InlineData("unigram_nmt_nfkc")]
    [InlineData("bpe_roberta_prefix_space")]
    public void Encode_TenMegabytes_EndsSoon(string name)
    {
        var tokenizer = Load(name);
        string text = string.Concat(Enumerable.Repeat("The quick brown fox; 12345 jumps\u00E9 over\n", 270_000));
        long started = TimeProvider.System.GetTimestamp();
        var tokens = Encode(tokenizer, text);
        Assert.True(tokens.Count > 1_000_000);
        Assert.True(TimeProvider.System.GetElapsedTime(started) < Soon);
    }

    private static List<int> Encode(ManagedTokenizer tokenizer, string text)
    {
        List<int> tokens = [];
        tokenizer.Encode(text, addSpecialTokens: false, tokens);
        return tokens;
    }

    private static ManagedTokenizer Load(string name) => SyntheticGoldenTests.Load(name).Tokenizer;
}
