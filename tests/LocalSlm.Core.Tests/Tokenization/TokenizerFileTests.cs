using System.Text.Json.Nodes;
using LocalSlm.Testing;
using LocalSlm.Tokenization;
using Encoding = System.Text.Encoding;

namespace LocalSlm.Tests.Tokenization;

/// <summary>Tokenizer files that are damaged or hostile, and the older forms of tokenizer files.</summary>
public sealed class TokenizerFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("localslm-tokenizer-").FullName;

    private const string Tiny = """
        {"version":"1.0","added_tokens":[{"id":6,"content":"<s>","special":true},{"id":7,"content":"<keep>","special":false}],
        "normalizer":{"type":"NFC"},"pre_tokenizer":{"type":"Split","pattern":{"Regex":"\\s+|\\w+"},"behavior":"Isolated","invert":false},
        "post_processor":null,"decoder":{"type":"Fuse"},
        "model":{"type":"BPE","unk_token":"?","fuse_unk":false,"byte_fallback":false,
        "vocab":{"?":0,"a":1,"b":2,"c":3,"ab":4,"abc":5},"merges":["a b",["ab","c"]]}}
        """;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Parse_TinyFile_Encodes()
    {
        Assert.Equal([5, 4, 2], Encode(Parse(Tiny), "abcabb"));
        Assert.Equal([6, 0, 1, 7], Encode(Parse(Tiny), "<s> a<keep>"));
    }

    [Theory]
    [InlineData("\"a b\"", "\"a x\"", "'x'")]
    [InlineData("\"abc\":5", "\"abc\":4", "id 4")]
    [InlineData("\"abc\":5", "\"ab\":5", "twice")]
    [InlineData("\"abc\":5", "\"abc\":-1", "-1")]
    [InlineData("\"abc\":5", "\"abc\":9999999999", "9999999999")]
    [InlineData("\"abc\":5", "\"abc\":\"5\"", "abc")]
    [InlineData("\"abc\":5", "\"abc\":5.5", "abc")]
    [InlineData("\"id\":6", "\"id\":1", "belongs")]
    [InlineData("\"id\":7", "\"id\":6", "belongs")]
    [InlineData("\"id\":7", "\"id\":-7", "$.added_tokens[1].id")]
    [InlineData("\"unk_token\":\"?\"", "\"unk_token\":\"!\"", "'!'")]
    [InlineData("\"unk_token\":\"?\"", "\"unk_token\":5", "unk_token")]
    [InlineData("\"vocab\":{", "\"vocab2\":{", "vocab")]
    [InlineData("\"merges\":[", "\"merges2\":[", "merges")]
    [InlineData("[\"ab\",\"c\"]", "[\"ab\"]", "merges[1]")]
    [InlineData("\"model\":{", "\"model2\":{", "model")]
    [InlineData("\"content\":\"<s>\"", "\"content\":7", "$.added_tokens[0].content")]
    [InlineData("\"type\":\"Fuse\"", "\"kind\":\"Fuse\"", "$.decoder.type")]
    [InlineData("\"content\":\"<s>\"", "\"content\":\"\\uD800\"", "$.added_tokens[0].content")]
    public void Parse_Contradiction_IsAModelFileError(string sound, string broken, string place)
    {
        Assert.Contains(sound, Tiny, StringComparison.Ordinal);
        var error = Assert.Throws<ModelFileException>(() =>
            Parse(Tiny.Replace(sound, broken, StringComparison.Ordinal))
        );
        Assert.Contains(place, error.Message, StringComparison.Ordinal);
        Assert.Contains("tiny.json", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"type\":\"NFC\"", "\"type\":\"Rot13\"", "Rot13")]
    [InlineData("\\\\w+", "(a)\\\\1", "\\1")]
    [InlineData("\"fuse_unk\":false", "\"dropout\":0.1", "dropout")]
    public void Parse_UnsupportedPart_IsRefusedByName(string sound, string broken, string name)
    {
        Assert.Contains(sound, Tiny, StringComparison.Ordinal);
        var error = Assert.Throws<UnsupportedModelException>(() =>
            Parse(Tiny.Replace(sound, broken, StringComparison.Ordinal))
        );
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_PatternOf100Megabytes_IsRefused()
    {
        var bomb = Tiny.Replace("\\\\w+", new string('a', 100 << 20), StringComparison.Ordinal);
        Assert.Throws<ModelFileException>(() => Parse(bomb));
    }

    [Fact]
    public void Parse_DeepNesting_IsRefused()
    {
        var deep = string.Concat(Enumerable.Repeat("{\"type\":\"Sequence\",\"normalizers\":[", 50_000));
        Assert.Throws<ModelFileException>(() =>
            Parse(Tiny.Replace("{\"type\":\"NFC\"}", deep, StringComparison.Ordinal))
        );
    }

    /// <summary>Every mutation loads, or is refused with a typed error; what loads encodes.</summary>
    [Fact]
    public void Parse_ThousandsOfMutations_GivesATokenizerOrATypedError()
    {
        var random = new Random(11);
        var sound = Encoding.UTF8.GetBytes(Tiny);
        var loaded = 0;
        for (var round = 0; round < 6_000; round++)
        {
            var bytes = Mutate(sound, random);
            try
            {
                var tokenizer = TokenizerFolder.Parse(bytes, "tiny.json");
                loaded++;
                var ids = new List<int>();
                tokenizer.Encode([new PromptSpan("abc <s> é😀 <keep>", round % 2 == 0)], true, ids);
                tokenizer.Decode([.. ids], false);
                Assert.All(ids, id => Assert.InRange(id, 0, tokenizer.VocabularySize - 1));
            }
            catch (LocalSlmException) { }
        }

        Assert.InRange(loaded, 1, 5_999);
    }

    [Fact]
    public void Load_VocabularyAndMerges_GivesTheIdsOfTheTokenizerJson()
    {
        var source = TestAssets.MiniMindSourceFolder;
        var model = JsonNode.Parse(File.ReadAllBytes(Path.Combine(source, "tokenizer.json")))!["model"]!;
        File.WriteAllText(Path.Combine(_folder, "vocab.json"), model["vocab"]!.ToJsonString());
        var merges = model["merges"]!
            .AsArray()
            .Select(merge => merge is JsonArray pair ? $"{pair[0]} {pair[1]}" : merge!.ToString());
        File.WriteAllText(Path.Combine(_folder, "merges.txt"), "#version: 0.2\n" + string.Join('\n', merges) + "\n");
        File.Copy(Path.Combine(source, "tokenizer_config.json"), Path.Combine(_folder, "tokenizer_config.json"));

        var old = TokenizerFolder.Load(_folder);
        var whole = TokenizerFolder.Load(source);

        foreach (var text in (string[])["Hello, world!", "Grüße 你好 <|im_start|>user\nok<|im_end|>", "  3.14\r\n\tx"])
        {
            Assert.Equal(Encode(whole, text), Encode(old, text));
        }

        Assert.Equal(whole.BosText, old.BosText);
        Assert.Equal(whole.EndOfGenerationTokens, old.EndOfGenerationTokens);
    }

    [Fact]
    public void Load_SentencePieceBytePair_EncodesAsItsScoresSay()
    {
        File.WriteAllBytes(
            Path.Combine(_folder, "tokenizer.model"),
            SentencePieceBytes(
                modelType: 2,
                ("<unk>", 0, 2),
                ("<s>", 0, 3),
                ("</s>", 0, 3),
                ("<0xC3>", 0, 6),
                ("\u2581a", -1, 1),
                ("bc", -2, 1),
                ("ab", -3, 1),
                ("\u2581", -4, 1),
                ("a", -5, 1),
                ("b", -6, 1),
                ("c", -7, 1)
            )
        );

        var tokenizer = TokenizerFolder.Load(_folder);

        // " abc": the pair of the best score first: "▁a", then "bc".
        var ids = new List<int>();
        tokenizer.Encode([new PromptSpan("abc abx", true)], addSpecialTokens: true, ids);
        Assert.Equal([1, 4, 5, 4, 9, 0], ids);
        Assert.Equal(" a", Encoding.UTF8.GetString(tokenizer.GetBytes(4)));
        Assert.Equal("abc", tokenizer.Decode([4, 5], false));
    }

    [Fact]
    public void Load_TruncatedSentencePiece_IsRefused()
    {
        var sound = SentencePieceBytes(1, ("<unk>", 0, 2), ("a", -1, 1), ("\u2581", -2, 1));
        for (var length = 1; length < sound.Length; length++)
        {
            File.WriteAllBytes(Path.Combine(_folder, "tokenizer.model"), sound[..length]);
            try
            {
                TokenizerFolder.Load(_folder);
            }
            catch (LocalSlmException) { }
        }

        File.WriteAllBytes(Path.Combine(_folder, "tokenizer.model"), [0xFF, 0xFF]);
        Assert.Throws<ModelFileException>(() => TokenizerFolder.Load(_folder));
    }

    [Fact]
    public void Load_EmptyFolder_NamesWhatWasLookedFor()
    {
        var error = Assert.Throws<ModelFileException>(() => TokenizerFolder.Load(_folder));
        Assert.Contains("tokenizer.json", error.Message, StringComparison.Ordinal);
        Assert.Contains("merges.txt", error.Message, StringComparison.Ordinal);
        Assert.Contains("tokenizer.model", error.Message, StringComparison.Ordinal);
    }

    private static byte[] Mutate(byte[] sound, Random random)
    {
        var bytes = sound.ToList();
        for (var edits = random.Next(1, 4); edits > 0; edits--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 30), bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.Skip(random.Next(bytes.Count)).Take(random.Next(1, 30)).ToList());
                    break;
                case 3:
                    bytes[at] = "0123456789-{}[]\",:nt\\"u8[random.Next(21)];
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }

            if (bytes.Count == 0)
            {
                break;
            }
        }

        return [.. bytes];
    }

    private static byte[] SentencePieceBytes(int modelType, params (string Text, float Score, int Type)[] pieces)
    {
        var file = new MemoryStream();
        foreach (var (text, score, type) in pieces)
        {
            var utf8 = Encoding.UTF8.GetBytes(text);
            byte[] piece = [0x0A, (byte)utf8.Length, .. utf8, 0x15, .. BitConverter.GetBytes(score), 0x18, (byte)type];
            file.Write([0x0A, (byte)piece.Length, .. piece]);
        }

        file.Write([0x12, 0x02, 0x18, (byte)modelType]);

        // No rules, a space before, all spaces kept.
        file.Write([0x1A, 0x04, 0x18, 0x01, 0x20, 0x00]);
        return file.ToArray();
    }

    private static ManagedTokenizer Parse(string json) =>
        TokenizerFolder.Parse(Encoding.UTF8.GetBytes(json), "tiny.json");

    private static int[] Encode(ManagedTokenizer tokenizer, string text)
    {
        var ids = new List<int>();
        tokenizer.Encode([new PromptSpan(text, true)], addSpecialTokens: false, ids);
        return [.. ids];
    }
}
