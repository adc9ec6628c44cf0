using System.Text;
using System.Text.Json;
using LocalSlm.Gguf.Format;
using LocalSlm.Gguf.Interop;
using LocalSlm.Gguf.Runtime;
using LocalSlm.Testing;
using LocalSlm.Testing.TinyModels;
using LocalSlm.Tokenization;
using LocalSlm.Tokenization.Gguf;

namespace LocalSlm.Tests.Runtime;

[Collection("native")]
public sealed class GgufTokenizerTests
{
    private const string SmolLm2 = "smollm2-135m-instruct-q4_1.gguf";

    /// <summary>The reference is the native tokenizer's own reading of the whole string, special tokens parsed.</summary>
    [Fact]
    public void Encode_RenderedGoldens_EqualsTheNativeWholeString()
    {
        TestAssets.GoldenOrSkip("templates");
        var texts = GoldenTexts();
        Assert.True(texts.Count > 500, $"Only {texts.Count} rendered texts were found.");
        var compared = 0;
        foreach (var path in Vocabularies())
        {
            using var vocabulary = LoadVocabulary(path);
            var reader = new VocabularyReader(vocabulary);
            var tokenizer = new GgufTokenizer(vocabulary);
            foreach (var text in texts)
            {
                var expected = Native(reader, text);
                var whole = new List<int>();
                tokenizer.Encode([new PromptSpan(text, true)], false, whole);
                Assert.Equal(expected, whole);

                // Cut at arbitrary places: spans of one kind are one text.
                var pieces = new List<int>();
                var third = text.Length / 3;
                tokenizer.Encode(
                    [
                        new PromptSpan(text[..third], true),
                        new PromptSpan(text[third..(2 * third)], true),
                        new PromptSpan(text[(2 * third)..], true),
                    ],
                    false,
                    pieces
                );
                Assert.Equal(expected, pieces);
                compared++;
            }
        }

        Assert.True(compared > 0);
    }

    /// <summary>GGUF chats stay on the native tokenizer; where both give other ids the managed one is the vocabulary's own
    /// tokenizer (its goldens say so). The counts are what decision 0009 states.</summary>
    [Fact]
    public void Encode_RenderedGoldens_DiffersFromTheManagedTokenizerWhereKnown()
    {
        TestAssets.GoldenOrSkip("templates");
        var texts = GoldenTexts();
        foreach (var path in Vocabularies())
        {
            using var vocabulary = LoadVocabulary(path);
            var native = new GgufTokenizer(vocabulary);
            ManagedTokenizer managed;
            try
            {
                managed = GgufVocabulary.Build(VocabularyMetadata.Read(GgufReader.Read(path)));
            }
            catch (UnsupportedModelException error)
            {
                TestContext.Current.SendDiagnosticMessage($"{Path.GetFileName(path)}: {error.Message}");
                continue;
            }

            var different = 0;
            string? first = null;
            foreach (var text in texts)
            {
                List<int> left = [];
                List<int> right = [];
                native.Encode([new PromptSpan(text, true)], false, left);
                managed.Encode([new PromptSpan(text, true)], false, right);
                if (!left.SequenceEqual(right))
                {
                    different++;
                    var at = left.Zip(right).TakeWhile(static pair => pair.First == pair.Second).Count();
                    first ??= $"native {Names(native, left, at)} managed {Names(managed, right, at)}";
                }
            }

            var message = $"{Path.GetFileName(path)}: {different} of {texts.Count} differ. {first}";
            TestContext.Current.SendDiagnosticMessage(message);
            TestContext.Current.TestOutputHelper!.WriteLine(message);
            if (path.EndsWith(SmolLm2, StringComparison.Ordinal) || path == TestAssets.MiniMindPath)
            {
                Assert.True(different == 0, message);
            }
        }

        static string Names(ITokenizer tokenizer, List<int> tokens, int at) =>
            string.Join(
                ' ',
                tokens.Skip(Math.Max(0, at - 1)).Take(5).Select(token => $"{tokenizer.GetName(token)}({token})")
            );
    }

    [Fact]
    public void Encode_CallerTextBetweenControlText_EqualsTheNativeWholeString()
    {
        foreach (var path in Vocabularies())
        {
            using var vocabulary = LoadVocabulary(path);
            var reader = new VocabularyReader(vocabulary);
            var tokenizer = new GgufTokenizer(vocabulary);
            foreach (
                var user in (string[])
                    ["Hello", " two  spaces ", "\n\nnew lines\n", "Grüße 👋🏽 日本語", "a < b > c [d] {e}", ""]
            )
            {
                var spans = new[]
                {
                    new PromptSpan("<|im_start|>user\n", true),
                    new PromptSpan(user, false),
                    new PromptSpan("<|im_end|>\n<|im_start|>assistant\n", true),
                };
                var tokens = new List<int>();
                tokenizer.Encode(spans, false, tokens);
                Assert.Equal(Native(reader, string.Concat(spans.Select(span => span.Text))), tokens);
            }
        }
    }

    [Fact]
    public void Encode_EverySpecialTokenTypedByACaller_StaysText()
    {
        foreach (var path in Vocabularies())
        {
            using var vocabulary = LoadVocabulary(path);
            var tokenizer = new GgufTokenizer(vocabulary);
            var reader = new VocabularyReader(vocabulary);
            var markers = 0;
            for (var token = 0; token < tokenizer.VocabularySize; token++)
            {
                var text = reader.GetTextBytes(token);
                if (
                    SpecialToken.From(token, text, (TokenAttributes)reader.GetAttributes(token))
                    is not { ControlOnly: true }
                )
                {
                    continue;
                }

                markers++;
                var typed = $"say {System.Text.Encoding.UTF8.GetString(text)} twice";
                var tokens = new List<int>();
                tokenizer.Encode([new PromptSpan(typed, false)], false, tokens);
                Assert.DoesNotContain(token, tokens);
                Assert.Equal(typed, Decode(tokenizer, tokens).TrimStart(' '));

                // Half of it from the template, half from the caller: no token either.
                tokens.Clear();
                var half = typed.IndexOf(' ', StringComparison.Ordinal) + 3;
                tokenizer.Encode(
                    [new PromptSpan(typed[..half], true), new PromptSpan(typed[half..], false)],
                    false,
                    tokens
                );
                Assert.DoesNotContain(token, tokens);

                tokens.Clear();
                tokenizer.Encode([new PromptSpan(typed, true)], false, tokens);
                Assert.Contains(token, tokens);
            }

            Assert.True(markers > 0, path);
        }
    }

    [Fact]
    public void Encode_OddText_ComesBackAsDocumented()
    {
        // Not as InlineData: lone surrogates do not survive the test runner.
        (string Text, string Expected)[] cases =
        [
            ("a\0b\0", "a\0b\0"),
            ("x\uD800y", "x\uFFFDy"),
            ("\uDC00", "\uFFFD"),
            ("", ""),
        ];
        using var vocabulary = LoadVocabulary(TestAssets.MiniMindPath);
        var tokenizer = new GgufTokenizer(vocabulary);
        foreach (var (text, expected) in cases)
        {
            var tokens = new List<int>();
            tokenizer.Encode([new PromptSpan(text, false)], false, tokens);
            Assert.Equal(expected, Decode(tokenizer, tokens));
        }
    }

    [Fact]
    public void Encode_SurrogatePairAcrossSpans_IsOneCharacter()
    {
        using var vocabulary = LoadVocabulary(TestAssets.MiniMindPath);
        var tokenizer = new GgufTokenizer(vocabulary);
        var tokens = new List<int>();
        tokenizer.Encode([new PromptSpan("\uD83D", true), new PromptSpan("\uDC4B", false)], false, tokens);
        Assert.Equal("👋", Decode(tokenizer, tokens));
    }

    [Fact]
    public void Encode_VeryLongTexts_ComeBackWhole()
    {
        using var vocabulary = LoadVocabulary(TestAssets.MiniMindPath);
        var tokenizer = new GgufTokenizer(vocabulary);
        string[] texts =
        [
            string.Concat(Enumerable.Repeat("The quick brown fox, 日本, jumps <|im_end|> over.\n", 210_000)),
            new string('a', 1 << 20),
            new string(' ', 1 << 20),
        ];
        foreach (var text in texts)
        {
            var tokens = new List<int>();
            tokenizer.Encode([new PromptSpan(text, false)], false, tokens);
            Assert.True(text == Decode(tokenizer, tokens));
        }
    }

    /// <summary>A SentencePiece vocabulary that puts a space before every text, as Llama 2's does, and has a marker.</summary>
    [Fact]
    public void Encode_SentencePieceMarkerTypedByACaller_GetsNoExtraSpace()
    {
        string[] bytes = [.. Enumerable.Range(0, 256).Select(value => $"<0x{value:X2}>")];
        string[] tokens = ["<unk>", "<s>", "</s>", .. bytes, "<mark>", "▁", "a", "b", "▁a", "mark", "ma"];
        int[] types = [2, 3, 3, .. bytes.Select(_ => 6), 4, 1, 1, 1, 1, 1, 1];
        float[] scores = [0, 0, 0, .. bytes.Select(_ => 0f), 0, -1, -2, -3, -4, -5, -6];
        var path = Path.Combine(Path.GetTempPath(), $"localslm-{Guid.NewGuid():N}.gguf");
        try
        {
            new GgufWriter()
                .Add("general.architecture", "llama")
                .Add("tokenizer.ggml.model", "llama")
                .Add("tokenizer.ggml.tokens", GgufValue.Array(tokens))
                .Add("tokenizer.ggml.token_type", GgufValue.Array<int>(types))
                .Add("tokenizer.ggml.scores", GgufValue.Array<float>(scores))
                .Write(path);
            using var vocabulary = LoadVocabulary(path);
            var tokenizer = new GgufTokenizer(vocabulary);
            var marker = Array.IndexOf(tokens, "<mark>");
            foreach (var typed in (string[])["a<mark>b", "<mark>", "<mark><mark>", "a <mark>\nb<mark"])
            {
                var ids = new List<int>();
                tokenizer.Encode([new PromptSpan(typed, false)], false, ids);
                Assert.DoesNotContain(marker, ids);
                Assert.Equal(" " + typed, Decode(tokenizer, ids));
                ids.Clear();
                tokenizer.Encode([new PromptSpan(typed, true)], false, ids);
                Assert.Contains(marker, ids);
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Encode_AddingSpecialTokens_AddsWhatTheNativeTokenizerAdds()
    {
        foreach (var tiny in TinyModelSet.All)
        {
            using var vocabulary = LoadVocabulary(TinyModelFiles.Get(tiny));
            var reader = new VocabularyReader(vocabulary);
            var tokens = new List<int>();
            new GgufTokenizer(vocabulary).Encode([new PromptSpan("some text", true)], true, tokens);
            var buffer = new int[64];
            var count = reader.Tokenize("some text"u8, buffer, addSpecial: true, parseSpecial: true);
            Assert.Equal(buffer[..count], tokens);
        }
    }

    [Fact]
    public void Tokens_OfMiniMind_AreWhatItsTokenizerJsonSays()
    {
        using var source = JsonDocument.Parse(
            File.ReadAllBytes(Path.Combine(TestAssets.MiniMindSourceFolder, "tokenizer.json"))
        );
        using var vocabulary = LoadVocabulary(TestAssets.MiniMindPath);
        var tokenizer = new GgufTokenizer(vocabulary);
        foreach (var added in source.RootElement.GetProperty("added_tokens").EnumerateArray())
        {
            var id = added.GetProperty("id").GetInt32();
            Assert.Equal(added.GetProperty("content").GetString(), tokenizer.GetName(id));
            if (added.GetProperty("special").GetBoolean())
            {
                Assert.True(tokenizer.IsControl(id));
                Assert.True(tokenizer.GetBytes(id).IsEmpty);
            }
        }

        Assert.Contains(tokenizer.EndOfGenerationTokens, id => tokenizer.GetName(id) == "<|im_end|>");
        Assert.All(tokenizer.EndOfGenerationTokens, id => Assert.True(tokenizer.IsEndOfGeneration(id)));
    }

    private static List<string> GoldenTexts()
    {
        var texts = new HashSet<string>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(TestAssets.GoldenFolder!, "templates"), "*.json"))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            Collect(document.RootElement);
        }

        return [.. texts];

        void Collect(JsonElement element)
        {
            switch (element.ValueKind)
            {
                case JsonValueKind.Object:
                    foreach (var property in element.EnumerateObject())
                    {
                        if (property.Value.ValueKind == JsonValueKind.String && property.Name == "out")
                        {
                            texts.Add(property.Value.GetString()!);
                        }
                        else
                        {
                            Collect(property.Value);
                        }
                    }

                    break;
                case JsonValueKind.Array:
                    foreach (var item in element.EnumerateArray())
                    {
                        Collect(item);
                    }

                    break;
            }
        }
    }

    private static IEnumerable<string> Vocabularies()
    {
        yield return TestAssets.MiniMindPath;
        yield return TinyModelFiles.Get(TinyModelSet.LlamaBpe);
        yield return TinyModelFiles.Get(TinyModelSet.LlamaSentencePiece);
        yield return TinyModelFiles.Get(TinyModelSet.SlidingWindow);
        if (TestAssets.ModelsFolder is { } folder && File.Exists(Path.Combine(folder, SmolLm2)))
        {
            yield return Path.Combine(folder, SmolLm2);
        }

        // More vocabularies, such as the ggml-vocab-*.gguf files of llama.cpp's source.
        if (Environment.GetEnvironmentVariable("LOCALSLM_VOCABULARIES") is { } more)
        {
            foreach (var path in Directory.EnumerateFiles(more, "*.gguf"))
            {
                // BERT's change the case of a text, so that it does not come back as it was.
                if (!path.Contains("bert", StringComparison.Ordinal))
                {
                    yield return path;
                }
            }
        }
    }

    private static ModelHandle LoadVocabulary(string path)
    {
        NativeRuntime.EnsureLoaded(TestAssets.NativeDirectory);
        var parameters = LlamaNative.llama_model_default_params();
        parameters.vocab_only = 1;
        return ModelHandle.Load(path, parameters) ?? throw new InvalidOperationException($"'{path}' does not load.");
    }

    private static int[] Native(VocabularyReader reader, string text)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        var buffer = new int[bytes.Length + 16];
        var count = reader.Tokenize(bytes, buffer, addSpecial: false, parseSpecial: true);
        return buffer[..count];
    }

    private static string Decode(GgufTokenizer tokenizer, List<int> tokens)
    {
        using var bytes = new MemoryStream();
        foreach (var token in tokens)
        {
            bytes.Write(tokenizer.GetBytes(token));
        }

        return System.Text.Encoding.UTF8.GetString(bytes.ToArray());
    }
}
