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

    [Theory]
    [InlineData("LlamaTokenizer", "\"add_eos_token\":true", "6 1 7")] // add_bos_token is true unless the file says otherwise
    [InlineData("LlamaTokenizerFast", "\"add_bos_token\":false,\"add_eos_token\":true", "1 7")]
    [InlineData("GemmaTokenizer", "\"add_bos_token\":true", "6 1")]
    [InlineData("LlamaTokenizer", "\"x\":1", "1")] // nothing is said: the file's own post-processor, which it lacks
    [InlineData("Qwen2Tokenizer", "\"add_eos_token\":true", "1")] // its class leaves the post-processor alone
    public void Load_ConfigNamesTokensAroundTexts_HonoursWhatTheClassHonours(string type, string flags, string ids)
    {
        File.WriteAllText(Path.Combine(_folder, "tokenizer.json"), Tiny);
        File.WriteAllText(
            Path.Combine(_folder, "tokenizer_config.json"),
            $$"""{"tokenizer_class":"{{type}}","bos_token":"<s>","eos_token":"<keep>",{{flags}}}"""
        );
        List<int> tokens = [];
        TokenizerFolder.Load(_folder).Encode("a", addSpecialTokens: true, tokens);

        Assert.Equal(ids, string.Join(' ', tokens));
    }

    [Fact]
    public void Load_ConfigAddsATokenThatIsNotThere_IsRefusedByName()
    {
        File.WriteAllText(Path.Combine(_folder, "tokenizer.json"), Tiny);
        File.WriteAllText(
            Path.Combine(_folder, "tokenizer_config.json"),
            """{"tokenizer_class":"LlamaTokenizer","bos_token":"<nowhere>","add_bos_token":true}"""
        );
        var error = Assert.Throws<ModelFileException>(() => TokenizerFolder.Load(_folder));
        Assert.Contains("<nowhere>", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":"Fuse"}""", false)]
    [InlineData("""{"type":"ByteLevel"}""", false)]
    [InlineData("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":true}""", true)]
    [InlineData("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"never","split":true}""", false)]
    [InlineData(
        """{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}""",
        true
    )]
    [InlineData(
        """{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"Fuse"}]}""",
        false
    )]
    public void AddsSpaceBeforeText_IsTrueWhereTheDecoderTakesOneAway(string decoder, bool expected)
    {
        var tokenizer = Parse(Tiny.Replace("""{"type":"Fuse"}""", decoder, StringComparison.Ordinal));
        Assert.Equal(expected, tokenizer.AddsSpaceBeforeText);
    }

    [Theory]
    [InlineData("Unigram", "\"unk_id\":0,\"vocab\":[[\"?\",0],[\"LONG\",-1]]")]
    [InlineData(
        "WordPiece",
        "\"unk_token\":\"?\",\"continuing_subword_prefix\":\"##\",\"max_input_chars_per_word\":100,\"vocab\":{\"?\":0,\"LONG\":1}"
    )]
    public void Parse_EntryThatEachPlaceOfATextWouldBeComparedWithForLong_IsRefused(string type, string rest)
    {
        var json = $$"""{"model":{"type":"{{type}}",{{rest}} } }""";
        Assert.Equal(2, Parse(json.Replace("LONG", new string('a', 1_024), StringComparison.Ordinal)).VocabularySize);
        Assert.Throws<ModelFileException>(() =>
            Parse(json.Replace("LONG", new string('a', 1_025), StringComparison.Ordinal))
        );
    }

    [Fact]
    public void Encode_NormaliserThatMultiplies_IsRefusedBeforeItFillsTheMemory()
    {
        var tenfold = """{"type":"Replace","pattern":{"String":"a"},"content":"aaaaaaaaaa"}""";
        var steps = string.Join(',', Enumerable.Repeat(tenfold, 30));
        var tokenizer = Parse(
            Tiny.Replace(
                """{"type":"NFC"}""",
                $$"""{"type":"Sequence","normalizers":[{{steps}}]}""",
                StringComparison.Ordinal
            )
        );
        Assert.Equal([2, 3], Encode(tokenizer, "bc"));
        Assert.Throws<ArgumentException>(() => Encode(tokenizer, "a"));
    }

    /// <summary>Quadratic, this takes hours.</summary>
    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Encode_WhiteSpaceTokensThatStripWhiteSpace_IsLinear(bool left, bool right)
    {
        var tokenizer = Parse(
            Tiny.Replace(
                "\"content\":\"<keep>\",",
                $"\"content\":\" \",\"lstrip\":{(left ? "true" : "false")},\"rstrip\":{(right ? "true" : "false")},",
                StringComparison.Ordinal
            )
        );
        var started = TimeProvider.System.GetTimestamp();
        var ids = Encode(tokenizer, new string(' ', 3_000_000));

        Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(60));
        Assert.Equal(3_000_000, ids.Length);
        Assert.All(ids, id => Assert.Equal(7, id));
    }

    [Fact]
    public void GetBytes_TokenThatWasMet_AllocatesNothing()
    {
        var tokenizer = TokenizerFolder.Load(TestAssets.MiniMindSourceFolder);
        List<int> tokens = [];
        tokenizer.Encode("Streams of tokens 你好 😀, one by one. <|im_end|>", false, tokens);
        var before = 0L;
        var length = 0;
        for (var round = 0; round < 3; round++)
        {
            before = GC.GetAllocatedBytesForCurrentThread();
            length = 0;
            for (var i = 0; i < tokens.Count; i++)
            {
                length += tokenizer.GetBytes(tokens[i]).Length;
            }
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(Encoding.UTF8.GetByteCount("Streams of tokens 你好 😀, one by one. "), length);
    }

    [Fact]
    public void Encode_ManyThreads_GiveWhatOneGives()
    {
        var tokenizer = TokenizerFolder.Load(TestAssets.MiniMindSourceFolder);
        var fresh = TokenizerFolder.Load(TestAssets.MiniMindSourceFolder);
        var texts = Enumerable
            .Range(0, 200)
            .Select(i => $"Text {i * 7919} überall 你好{i} don't {new string('x', i)}")
            .ToArray();
        var expected = Array.ConvertAll(texts, text => Encode(fresh, text));
        var threads = Enumerable
            .Range(0, 4)
            .Select(n => new Thread(() =>
            {
                for (var i = 0; i < texts.Length; i++)
                {
                    var at = (i + (n * 50)) % texts.Length;
                    var ids = Encode(tokenizer, texts[at]);
                    var text = tokenizer.Decode(ids, false);
                    if (!ids.SequenceEqual(expected[at]) || text != texts[at])
                    {
                        Volatile.Write(ref expected, []);
                    }
                }
            }))
            .ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        Assert.Equal(texts.Length, expected.Length);
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
