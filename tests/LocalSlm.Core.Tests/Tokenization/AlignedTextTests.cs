using LocalSlm.Tokenization;
using LocalSlm.Tokenization.Normalization;
using LocalSlm.Tokenization.PreTokenization;

namespace LocalSlm.Tests.Tokenization;

public class AlignedTextTests
{
    // Strings of attributes lie in metadata as UTF-8, which has no lone surrogates.
    public static TheoryData<int, string> LoneSurrogates =>
        new()
        {
            { 0, "a\uFFFDb" },
            { 1, "\uFFFD" },
            { 2, "\uFFFD\uD83D\uDE00" },
            { 3, "\uD83D\uDE00\uFFFD" },
            { 4, "x\uFFFD" },
        };

    [Theory]
    [MemberData(nameof(LoneSurrogates))]
    public void Reset_LoneSurrogates_BecomeReplacementCharacters(int number, string expected)
    {
        string[] texts = ["a\uD800b", "\uDC00", "\uD83D\uD83D\uDE00", "\uD83D\uDE00\uDE00", "x\uD83D"];
        string text = texts[number];
        AlignedText aligned = new();
        aligned.Reset(text, 0, aligned: true);
        Assert.Equal(expected, aligned.Span.ToString());
        Assert.Equal(0..text.Length, aligned.GetOriginal(0, aligned.Length));
    }

    [Fact]
    public void GetOriginal_PairOfSurrogates_IsOneCharacter()
    {
        AlignedText text = new();
        text.Reset("a\uD83D\uDE00b", 10, aligned: true);
        Assert.Equal(11..13, text.GetOriginal(1, 1));
        Assert.Equal(11..13, text.GetOriginal(2, 1));
        Assert.Equal(13..14, text.GetOriginal(3, 1));
    }

    [Fact]
    public void GetOriginal_WithoutAlignment_IsRefused()
    {
        AlignedText text = new();
        text.Reset("a", 0, aligned: false);
        Assert.Throws<InvalidOperationException>(() => text.GetOriginal(0, 1));
    }

    /// <summary>A text may be used again for one that is longer, or shorter, or aligned otherwise.</summary>
    [Fact]
    public void Reset_Again_ForgetsTheLastText()
    {
        AlignedText text = new();
        foreach (
            var (value, aligned) in new[]
            {
                ("ab", false),
                (new string('x', 1000), true),
                ("ÄÖ", true),
                ("Äb", false),
                ("ÄÖ", true),
            }
        )
        {
            text.Reset(value, 5, aligned);
            new UnicodeNormalizer(NormalizationForm.Nfd).Normalize(text);
            Assert.Equal(value[0] == 'Ä' ? 'A' : value[0], text.Span[0]);
            if (aligned)
            {
                Assert.Equal(5..(5 + value.Length), text.GetOriginal(0, text.Length));
            }
        }
    }

    /// <summary>Whether a space goes before the first piece only may not depend on whether offsets are kept.</summary>
    [Theory]
    [InlineData("ab", 0, true)]
    [InlineData("ab", 3, false)]
    [InlineData(" ab", 0, false)]
    [InlineData("\u0001ab", 0, false)]
    public void MetaspaceFirst_WithAndWithoutOffsets_PutsTheSameSpaces(string value, int start, bool expected)
    {
        foreach (bool aligned in new[] { false, true })
        {
            AlignedText text = new();
            text.Reset(value, start, aligned);
            new Strip(left: true, right: true).Normalize(text);
            new Nmt().Normalize(text);
            PieceList pieces = new();
            pieces.Reset(text);
            pieces.Add(0, text.Length);
            new Metaspace('_', PrependScheme.First, split: true).Split(pieces);
            Assert.Equal(expected ? "_ab" : "ab", text.Span.ToString());
        }
    }

    [Fact]
    public void Split_TokensAmongPieces_StayAsTheyAre()
    {
        AlignedText text = new();
        text.Reset("a b<x y>c d", 0, aligned: true);
        PieceList pieces = new();
        pieces.Reset(text);
        pieces.Add(0, 3);
        pieces.Add(new TextPiece(3, 5, Token: 7));
        pieces.Add(8, 3);
        IPreTokenizer[] all =
        [
            new Metaspace('_', PrependScheme.Always, split: true),
            new CharacterSplit(static c => c == 'd', DelimiterBehavior.Removed),
            new BertPreTokenizer(),
            new WordSplit(),
            new ScriptSplit(),
            new FixedLengthSplit(9),
            new PatternSplit(TextPattern.Literal("x"), DelimiterBehavior.Isolated, invert: false),
            new ByteLevel(addPrefixSpace: false, splits: true),
        ];
        foreach (var part in all)
        {
            part.Split(pieces);
        }

        var token = Assert.Single(pieces.Pieces.ToArray(), p => p.IsToken);
        Assert.Equal("<x y>", pieces[token].ToString());
        Assert.Equal(3..8, text.GetOriginal(token.Start, token.Length));
    }
}
