using System.Collections.Concurrent;
using System.Text.Json;
using LocalSlm.Tokenization;

namespace LocalSlm.Tests.Tokenization;

/// <summary>Small tokenizers with every odd flag against Hugging Face tokenizers 0.23.3; the golden file holds them whole.</summary>
public class SyntheticGoldenTests
{
    private const string File = "synthetic.json.gz";

    private static readonly ConcurrentDictionary<string, (JsonElement Golden, ManagedTokenizer Tokenizer)> Loaded =
        new();

    public static TheoryData<string> Names =>
        [
            "wordlevel_ws_nfkc",
            "bpe_roberta_prefix_space",
            "wordpiece_cased_maxchars20",
            "bpe_eow_suffix_unk",
            "bpe_char_unk_nofuse",
            "unigram_nmt_nfkc",
            "unigram_bytefallback_first",
            "spbpe_prepend",
            "added_token_flags",
        ];

    [Fact]
    public void Names_AreThoseOfTheGolden()
    {
        using var golden = GoldenFile.ReadOrSkip(File);
        Assert.Equal("localslm-tokenizer-synthetic/1", golden.RootElement.GetProperty("format").GetString());
        Assert.Equal(
            golden
                .RootElement.GetProperty("tokenizers")
                .EnumerateArray()
                .Select(t => t.GetProperty("name").GetString()),
            Names.Select(row => row.Data)
        );
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void EncodeAndDecode_EveryCase_EqualReference(string name)
    {
        var (golden, tokenizer) = Load(name);
        Differences differences = new();
        int count = 0;
        foreach (var item in golden.GetProperty("cases").EnumerateArray())
        {
            count++;
            string text = item.GetProperty("t").GetString()!;
            int[] ids = Ints(item.GetProperty("ids"));
            int[] all = item.GetProperty("ids_sp") is { ValueKind: JsonValueKind.Array } special ? Ints(special) : ids;
            List<int> plain = [];
            tokenizer.Encode(text, addSpecialTokens: false, plain);
            List<int> around = [];
            tokenizer.Encode(text, addSpecialTokens: true, around);
            var encoding = tokenizer.EncodeWithOffsets(text);
            differences.Compare(text, "ids", ids, plain);
            differences.Compare(text, "ids_sp", all, around);
            differences.Compare(text, "ids_sp with offsets", all, encoding.Ids);
            differences.Compare(text, "dec", [item.GetProperty("dec").GetString()!], [tokenizer.Decode(all, false)]);
            differences.Compare(
                text,
                "dec_skip",
                [item.GetProperty("dec_skip").GetString()!],
                [tokenizer.Decode(all, true)]
            );
            if (item.TryGetProperty("off", out var offsets))
            {
                differences.Compare(text, "off", Pairs(offsets), CodePoints(encoding, 0, text));
            }

            if (item.TryGetProperty("tok", out var names))
            {
                differences.Compare(
                    text,
                    "tok",
                    names.EnumerateArray().Select(n => n.GetString()!),
                    encoding.Ids.Zip(encoding.Texts, (id, own) => own ?? tokenizer.GetName(id))
                );
            }
        }

        Assert.True(count >= 180, $"only {count} cases");
        differences.AssertNone();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void EncodeWithOffsets_EveryPair_EqualsReference(string name)
    {
        var (golden, tokenizer) = Load(name);
        Differences differences = new();
        foreach (var item in golden.GetProperty("pairs").EnumerateArray())
        {
            PairComparison.Compare(tokenizer, item, differences);
        }

        differences.AssertNone();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void StreamingDecoder_EveryStream_EqualsReference(string name)
    {
        var (golden, tokenizer) = Load(name);
        Differences differences = new();
        foreach (var item in golden.GetProperty("stream").EnumerateArray())
        {
            foreach (var (suffix, skip) in new[] { ("", false), ("_skip", true) })
            {
                var decoder = tokenizer.CreateStreamingDecoder(skip);
                string?[] pieces = [.. Ints(item.GetProperty("ids")).Select(decoder.Add)];
                string what = item.GetProperty("n").GetString()!;
                differences.Compare(
                    what,
                    "pieces" + suffix,
                    item.GetProperty("pieces" + suffix).EnumerateArray().Select(p => p.GetString()),
                    pieces
                );
                if (item.TryGetProperty("full" + suffix, out var full))
                {
                    differences.Compare(
                        what,
                        "full" + suffix,
                        [full.GetString()!],
                        [string.Concat(pieces) + decoder.Flush()]
                    );
                }
            }
        }

        differences.AssertNone();
    }

    internal static int[] Ints(JsonElement array) => [.. array.EnumerateArray().Select(item => item.GetInt32())];

    internal static IEnumerable<(int Start, int End)> Pairs(JsonElement array) =>
        array.EnumerateArray().Select(item => (item[0].GetInt32(), item[1].GetInt32()));

    internal static IEnumerable<(int Start, int End)> CodePoints(Encoding encoding, int from, string text)
    {
        int[] index = GoldenFile.CodePointIndex(text);
        return encoding.Offsets.Skip(from).Select(range => (index[range.Start.Value], index[range.End.Value]));
    }

    internal static (JsonElement Golden, ManagedTokenizer Tokenizer) Load(string name) =>
        Loaded.GetOrAdd(
            name,
            static name =>
            {
                using var file = GoldenFile.ReadOrSkip(File);
                var golden = file
                    .RootElement.GetProperty("tokenizers")
                    .EnumerateArray()
                    .Single(t => t.GetProperty("name").GetString() == name)
                    .Clone();
                byte[] json = System.Text.Encoding.UTF8.GetBytes(golden.GetProperty("tokenizer").GetRawText());
                return (golden, TokenizerFolder.Parse(json, name));
            }
        );
}
