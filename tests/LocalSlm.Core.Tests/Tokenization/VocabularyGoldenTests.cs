using System.Text.Json;
using LocalSlm.Tokenization;

namespace LocalSlm.Tests.Tokenization;

/// <summary>Whole published vocabularies against Hugging Face tokenizers 0.23.3.</summary>
public class VocabularyGoldenTests
{
    public static TheoryData<string> Names => [.. TokenizerGolden.Names()];

    [Theory]
    [MemberData(nameof(Names))]
    public void Encode_GoldenTexts_GivesTheReferencesIds(string name)
    {
        var (golden, tokenizer) = Load(name);
        var failures = new List<string>();
        foreach (var item in golden.Root.GetProperty("cases").EnumerateArray())
        {
            var text = item.GetProperty("t").GetString()!;
            var ids = Ints(item.GetProperty("ids"));
            var all = item.GetProperty("ids_sp") is { ValueKind: JsonValueKind.Array } special ? Ints(special) : ids;
            Compare(item, "ids", ids, Encode(tokenizer, text, false), failures);
            Compare(item, "ids_sp", all, Encode(tokenizer, text, true), failures);
        }

        Assert.True(failures.Count == 0, $"{failures.Count} differ:\n" + string.Join('\n', failures.Take(20)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void EncodeWithOffsets_GoldenTexts_GivesTheReferencesOffsetsAndNames(string name)
    {
        var (golden, tokenizer) = Load(name);
        var failures = new List<string>();
        foreach (var item in golden.Root.GetProperty("cases").EnumerateArray())
        {
            var text = item.GetProperty("t").GetString()!;
            var encoding = tokenizer.EncodeWithOffsets(text);
            var ids = item.GetProperty("ids_sp") is { ValueKind: JsonValueKind.Array } special
                ? Ints(special)
                : Ints(item.GetProperty("ids"));
            Compare(item, "ids_sp", ids, [.. encoding.Ids], failures);
            if (item.TryGetProperty("off", out var offsets))
            {
                Compare(item, "off", Pairs(offsets), CodePoints(encoding, text), failures);
            }

            if (item.TryGetProperty("tok", out var names))
            {
                string[] wanted = [.. names.EnumerateArray().Select(n => n.GetString()!)];
                string[] got = [.. encoding.Ids.Zip(encoding.Texts, (id, own) => own ?? tokenizer.GetName(id))];
                Compare(item, "tok", wanted, got, failures);
            }
        }

        Assert.True(failures.Count == 0, $"{failures.Count} differ:\n" + string.Join('\n', failures.Take(20)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void EncodeWithOffsets_GoldenPairs_GivesTheReferencesPairs(string name)
    {
        var (golden, tokenizer) = Load(name);
        var failures = new List<string>();
        foreach (var item in golden.Root.GetProperty("pairs").EnumerateArray())
        {
            var (a, b) = (item.GetProperty("a").GetString()!, item.GetProperty("b").GetString()!);
            var encoding = tokenizer.EncodeWithOffsets(a, b);
            Compare(item, "ids", Ints(item.GetProperty("ids")), [.. encoding.Ids], failures);
            Compare(item, "type_ids", Ints(item.GetProperty("type_ids")), [.. encoding.TypeIds], failures);
            Compare(
                item,
                "special_mask",
                Ints(item.GetProperty("special_mask")),
                [.. encoding.SpecialMask.Select(special => special ? 1 : 0)],
                failures
            );
        }

        Assert.True(failures.Count == 0, $"{failures.Count} differ:\n" + string.Join('\n', failures.Take(20)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void EncodeWithOffsets_GoldenPairs_GivesTheReferencesOffsets(string name)
    {
        var (golden, tokenizer) = Load(name);
        Differences differences = new();
        foreach (var item in golden.Root.GetProperty("pairs").EnumerateArray())
        {
            PairComparison.Compare(tokenizer, item, differences);
        }

        differences.AssertNone();
    }

    /// <summary>What a file asks for by itself: the cut is told and left to the caller; padding is what a batch needs, not a
    /// text, so it is not honoured.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void TruncationTokens_TextsAsLoaded_CutAsTheReferenceDoes(string name)
    {
        var (golden, tokenizer) = Load(name);
        Differences differences = new();
        if (!golden.Root.TryGetProperty("as_loaded", out var cases))
        {
            Assert.Null(tokenizer.TruncationTokens);
            return;
        }

        foreach (var item in cases.EnumerateArray())
        {
            string text = item.GetProperty("t").GetString()!;
            int[] plain = Encode(tokenizer, text, false);
            int[] whole = Encode(tokenizer, text, true);
            int most = tokenizer.TruncationTokens!.Value - (whole.Length - plain.Length);
            int[] cut = plain.Length <= most ? whole : [whole[0], .. plain[..most], whole[^1]];
            int[] mask = Ints(item.GetProperty("mask"));
            differences.Compare(text, "ids", Ints(item.GetProperty("ids")).Where((_, i) => mask[i] == 1), cut);
        }

        differences.AssertNone();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Decode_GoldenIds_GivesTheReferencesText(string name)
    {
        var (golden, tokenizer) = Load(name);
        var failures = new List<string>();
        foreach (var item in golden.Root.GetProperty("cases").EnumerateArray())
        {
            var ids = item.GetProperty("ids_sp") is { ValueKind: JsonValueKind.Array } special
                ? Ints(special)
                : Ints(item.GetProperty("ids"));
            Compare(item, "dec", [item.GetProperty("dec").GetString()!], [tokenizer.Decode(ids, false)], failures);
            Compare(
                item,
                "dec_skip",
                [item.GetProperty("dec_skip").GetString()!],
                [tokenizer.Decode(ids, true)],
                failures
            );
        }

        foreach (var item in golden.Root.GetProperty("decode").EnumerateArray())
        {
            var ids = Ints(item.GetProperty("ids"));
            Compare(item, "dec", [item.GetProperty("dec").GetString()!], [tokenizer.Decode(ids, false)], failures);
            if (item.TryGetProperty("dec_skip", out var skipped))
            {
                Compare(item, "dec_skip", [skipped.GetString()!], [tokenizer.Decode(ids, true)], failures);
            }
        }

        Assert.True(failures.Count == 0, $"{failures.Count} differ:\n" + string.Join('\n', failures.Take(20)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void StreamingDecoder_GoldenStreams_GivesTheReferencesPieces(string name)
    {
        var (golden, tokenizer) = Load(name);
        var failures = new List<string>();
        foreach (var item in golden.Root.GetProperty("stream").EnumerateArray())
        {
            foreach (var (suffix, skip) in new[] { ("", false), ("_skip", true) })
            {
                var decoder = tokenizer.CreateStreamingDecoder(skip);
                var pieces = Ints(item.GetProperty("ids")).Select(decoder.Add).ToArray();
                string?[] wanted = [.. item.GetProperty("pieces" + suffix).EnumerateArray().Select(p => p.GetString())];
                Compare(item, "pieces" + suffix, wanted, pieces, failures);

                // Better than the reference: what it holds back for ever at the end is flushed, and the whole is whole.
                var full = item.GetProperty("full" + suffix).GetString()!;
                Compare(item, "full" + suffix, [full], [string.Concat(pieces) + decoder.Flush()], failures);
            }
        }

        foreach (var item in golden.Root.GetProperty("decode").EnumerateArray())
        {
            if (item.TryGetProperty("pieces", out var wanted))
            {
                var decoder = tokenizer.CreateStreamingDecoder(false);
                string?[] pieces = [.. Ints(item.GetProperty("ids")).Select(decoder.Add)];
                Compare(item, "pieces", [.. wanted.EnumerateArray().Select(p => p.GetString())], pieces, failures);
            }
        }

        Assert.True(failures.Count == 0, $"{failures.Count} differ:\n" + string.Join('\n', failures.Take(20)));
    }

    private static (TokenizerGolden Golden, ManagedTokenizer Tokenizer) Load(string name)
    {
        var golden = TokenizerGolden.Open(name);
        return (golden, Loaded.GetOrAdd(name, _ => TokenizerFolder.Parse(golden.ReadTokenizer(), golden.Wanted)));
    }

    private static readonly System.Collections.Concurrent.ConcurrentDictionary<string, ManagedTokenizer> Loaded = new();

    private static int[] Encode(ManagedTokenizer tokenizer, string text, bool addSpecialTokens)
    {
        var ids = new List<int>();
        tokenizer.Encode([new PromptSpan(text, true)], addSpecialTokens, ids);
        return [.. ids];
    }

    private static int[] Ints(JsonElement array) => [.. array.EnumerateArray().Select(item => item.GetInt32())];

    private static (int, int)[] Pairs(JsonElement array) =>
        [.. array.EnumerateArray().Select(item => (item[0].GetInt32(), item[1].GetInt32()))];

    /// <summary>Offsets in code points, as the reference counts them.</summary>
    private static (int, int)[] CodePoints(Encoding encoding, string text)
    {
        var count = new int[text.Length + 1];
        for (var i = 0; i < text.Length; i++)
        {
            count[i + 1] =
                count[i] + (char.IsLowSurrogate(text[i]) && i > 0 && char.IsHighSurrogate(text[i - 1]) ? 0 : 1);
        }

        return [.. encoding.Offsets.Select(range => (count[range.Start.Value], count[range.End.Value]))];
    }

    private static void Compare<T>(JsonElement item, string what, T[] expected, T[] actual, List<string> failures)
    {
        if (!expected.AsSpan().SequenceEqual(actual))
        {
            var title =
                item.TryGetProperty("n", out var n) ? n.GetString()
                : item.TryGetProperty("t", out var t) ? t.GetString()
                : "";
            failures.Add($"{title} {what}:\n  wanted {Show(expected)}\n  got    {Show(actual)}");
        }

        static string Show(T[] values)
        {
            var text = JsonSerializer.Serialize(values.Select(value => $"{value}"));
            return text.Length > 300 ? text[..300] + "…" : text;
        }
    }
}
