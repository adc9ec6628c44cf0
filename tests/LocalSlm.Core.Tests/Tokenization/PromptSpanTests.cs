using System.Text.Json;
using LocalSlm.Testing;
using LocalSlm.Tokenization;
using Encoding = System.Text.Encoding;

namespace LocalSlm.Tests.Tokenization;

/// <summary>The managed tokenizer on a prompt's spans, and the bytes of tokens.</summary>
public class PromptSpanTests
{
    private static readonly ManagedTokenizer MiniMind = TokenizerFolder.Load(TestAssets.MiniMindSourceFolder);

    [Fact]
    public void Encode_SpecialTokenInCallersText_StaysText()
    {
        Assert.True(MiniMind.TryGetToken("<|im_end|>", out var end));

        var control = Encode(new PromptSpan("a<|im_end|>b", true));
        var caller = Encode(new PromptSpan("a<|im_end|>b", false));

        Assert.Contains(end, control);
        Assert.DoesNotContain(end, caller);
        Assert.Equal("a<|im_end|>b", Text(caller));
    }

    [Fact]
    public void Encode_SpecialTokenAcrossCallersBorder_StaysText()
    {
        Assert.True(MiniMind.TryGetToken("<|im_end|>", out var end));
        Assert.DoesNotContain(end, Encode(new PromptSpan("<|im_", true), new PromptSpan("end|>", false)));
        Assert.Contains(end, Encode(new PromptSpan("<|im_", true), new PromptSpan("end|>", true)));
        Assert.Contains(end, Encode(new PromptSpan("<|im_end|>", false), new PromptSpan("<|im_end|>", true)));
    }

    [Fact]
    public void Encode_TextCutIntoSpans_IsOneText()
    {
        const string text = "<|im_start|>user\nThe quick brown fox, 1234 years — 你好世界!<|im_end|>\n";
        var whole = Encode(new PromptSpan(text, true));
        for (var cut = 0; cut <= text.Length; cut++)
        {
            Assert.Equal(whole, Encode(new PromptSpan(text[..cut], true), new PromptSpan(text[cut..], true)));
        }

        Assert.Equal(
            Encode(new PromptSpan("<|im_start|>user\nHello there<|im_end|>", true)),
            Encode(new PromptSpan("<|im_start|>user\n", true), new("Hello there", false), new("<|im_end|>", true))
        );
    }

    [Fact]
    public void Encode_LoneSurrogates_AreReplacementCharacters()
    {
        Assert.Equal(Encode(new PromptSpan("a\uFFFDb\uFFFD", true)), Encode(new PromptSpan("a\uD800b\uDC00", true)));
        Assert.Equal(Encode(new PromptSpan("x😀y", true)), Encode(new("x\uD83D", true), new("\uDE00y", true)));
    }

    [Fact]
    public void Encode_ManyThreads_GiveTheSameIds()
    {
        string[] texts =
        [
            .. Enumerable.Range(0, 200).Select(i => $"Text {i}: größer, 你好 {i * 7919} words and wörds {i}."),
        ];
        int[][] alone = [.. texts.Select(text => Encode(new PromptSpan(text, true)))];

        Parallel.For(0, 2_000, i => Assert.Equal(alone[i % 200], Encode(new PromptSpan(texts[i % 200], true))));
    }

    [Fact]
    public void Encode_OneWordOfAMegabyte_IsNotQuadratic()
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var random = new Random(3);
        var word = string.Create(
            1 << 20,
            random,
            (span, r) =>
            {
                foreach (ref var c in span)
                {
                    c = (char)('a' + r.Next(26));
                }
            }
        );

        var ids = Encode(new PromptSpan(word, true));

        Assert.Equal(word, Text(ids));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), $"{clock.Elapsed}");
    }

    /// <summary>A reply put together from the bytes of its tokens is the decoder's text, but for the space before a first
    /// word.</summary>
    [Theory]
    [MemberData(nameof(VocabularyGoldenTests.Names), MemberType = typeof(VocabularyGoldenTests))]
    public void GetBytes_GoldenTexts_JoinToTheDecodersText(string name)
    {
        var golden = TokenizerGolden.Open(name);
        var tokenizer = TokenizerFolder.Parse(golden.ReadTokenizer(), golden.Wanted);
        foreach (var item in golden.Root.GetProperty("cases").EnumerateArray())
        {
            int[] ids = [.. item.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
            var joined = Encoding.UTF8.GetString([.. ids.SelectMany(id => tokenizer.GetBytes(id).ToArray())]);
            var decoded = item.GetProperty("dec_skip").GetString()!;
            Assert.True(
                joined == decoded || joined == " " + decoded,
                $"{item.GetProperty("n")}: {JsonSerializer.Serialize(joined)} / {JsonSerializer.Serialize(decoded)}"
            );
        }
    }

    private static int[] Encode(params PromptSpan[] spans)
    {
        var ids = new List<int>();
        MiniMind.Encode(spans, addSpecialTokens: false, ids);
        return [.. ids];
    }

    private static string Text(int[] ids) =>
        Encoding.UTF8.GetString([.. ids.SelectMany(id => MiniMind.GetBytes(id).ToArray())]);
}
