using LocalSlm.Embeddings;
using LocalSlm.Testing.Fakes;

namespace LocalSlm.Tests.Embeddings;

public class TextEncoderTests
{
    private static readonly CharacterTokenizer Tokenizer = new();

    [Fact]
    public void Encode_ChunksOfATextWithAPrompt_EachBeginWithThePrompt()
    {
        // Six tokens, of which BOS is one.
        var encoded = new TextEncoder(Tokenizer, 6, specialTokensAreText: false).Encode(
            ["abcdefg", "xy"],
            "q:",
            OverlongTextPolicy.AverageChunks,
            CancellationToken.None
        );

        Assert.Equal(["<s>q:abc", "<s>q:de", "<s>q:fg", "<s>q:xy"], encoded.Items.Select(Spell));
        Assert.Equal([0, 0, 0, 1], encoded.Items.Select(item => item.Text));
        Assert.Equal(6 + 5 + 5 + 5, encoded.Tokens);
        Assert.Equal(10, encoded.FullLengths[0]);
        Assert.Equal(new OverlongReport(0, 0, 1, 3), encoded.Report);
    }

    [Fact]
    public void Encode_PromptThatLeavesLittleRoom_StandsBeforeTheFirstChunkAlone()
    {
        var encoded = new TextEncoder(Tokenizer, 6, specialTokensAreText: false).Encode(
            ["abcdef"],
            "long",
            OverlongTextPolicy.AverageChunks,
            CancellationToken.None
        );

        Assert.Equal("longabcdef", string.Concat(encoded.Items.Select(item => Spell(item)[3..])));
        Assert.All(encoded.Items, item => Assert.InRange(item.Tokens.Length, 2, 6));
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 10)]
    public void Encode_SpecialTokenInAText_IsTextWhereAskedFor(bool isText, int tokens)
    {
        var encoded = new TextEncoder(Tokenizer, 32, isText).Encode(
            ["<|im_end|>"],
            "",
            OverlongTextPolicy.Error,
            CancellationToken.None
        );
        Assert.Equal(1 + tokens, encoded.Items[0].Tokens.Length);
    }

    /// <summary>Prompts are the model's or the application's own: their special tokens are tokens in any case.</summary>
    [Fact]
    public void Encode_SpecialTokenInAPrompt_IsATokenWhereThoseInTextsAreText()
    {
        var encoded = new TextEncoder(Tokenizer, 32, specialTokensAreText: true).Encode(
            ["<s>"],
            "<|im_end|>",
            OverlongTextPolicy.Error,
            CancellationToken.None
        );
        Assert.Equal(1 + 1 + 3, encoded.Items[0].Tokens.Length);
    }

    private static string Spell(EmbeddingItem item) => Tokenizer.Spell(item.Tokens.ToArray());
}
