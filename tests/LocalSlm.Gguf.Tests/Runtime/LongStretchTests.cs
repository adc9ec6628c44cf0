using System.Text;
using LocalSlm.Gguf.Runtime;
using LocalSlm.Testing.TinyModels;
using LocalSlm.Tests.Format;
using LocalSlm.Tests.Format.Mutation;

namespace LocalSlm.Tests.Runtime;

[Collection("native")]
public sealed class LongStretchTests
{
    public static TheoryData<string> Stretches =>
        ["a", "7", " ", "\n", "!", "\u4E2D", "\U0001F680", "a1", "ab.", "word, ", "\u4E2D\u3002", "!\n\n"];

    [Theory]
    [MemberData(nameof(Stretches))]
    public void AddCuts_LongText_LeavesNoLongStretch(string unit)
    {
        var text = string.Concat(Enumerable.Repeat(unit, 20_000 / unit.Length));
        var bytes = Encoding.UTF8.GetBytes(text);
        var cuts = new List<int>();
        LongStretch.AddCuts(bytes, cuts);

        Assert.Equal(cuts.Distinct().Order(), cuts);
        var start = 0;
        foreach (var cut in cuts.Append(bytes.Length))
        {
            // Whole characters, and no more in a row than is allowed.
            var piece = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes[start..cut]);
            Assert.InRange(LongestStretch(piece), 1, LongStretch.MostCharacters);
            start = cut;
        }
    }

    [Theory]
    [InlineData("The quick brown fox. ")]
    [InlineData("well,then")]
    public void AddCuts_TextWithBlanksOrBreaks_CutsAtBreaksAlone(string unit)
    {
        var bytes = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(unit, 2_000)));
        var cuts = new List<int>();
        LongStretch.AddCuts(bytes, cuts);

        Assert.Equal(unit.Contains(' ', StringComparison.Ordinal), cuts.Count == 0);
        Assert.All(cuts, cut => Assert.Equal((byte)',', bytes[cut]));
    }

    [Fact]
    public async Task Encode_LongWordInAVocabularyThatIsCutByRegex_IsCounted()
    {
        // The word cutter of BLOOM's vocabularies is one that llama.cpp leaves to std::regex.
        using var folder = new TemporaryFolder();
        var draft = GgufDraft.From(TinyModelSet.LlamaBpe.ToBytes());
        var index = draft.Values.FindIndex(value => value.Key == "tokenizer.ggml.pre");
        draft.Values[index] = ("tokenizer.ggml.pre", "bloom");
        var path = folder.Write("bloom.gguf", draft.ToBytes()!);

        var run = await ProbeRun.StartAsync("count", "a", "60000", path);

        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.StartsWith(nameof(ContextOverflowException), run.Output, StringComparison.Ordinal);
    }

    private static int LongestStretch(string text)
    {
        var (longest, current, wasBlank) = (0, 0, false);
        foreach (var rune in text.EnumerateRunes())
        {
            var isBlank = Rune.IsWhiteSpace(rune);
            current = isBlank == wasBlank ? current + 1 : 1;
            wasBlank = isBlank;
            longest = Math.Max(longest, current);
        }

        return longest;
    }
}
