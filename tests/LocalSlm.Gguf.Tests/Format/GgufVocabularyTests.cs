using System.IO.Compression;
using System.Text.Json;
using LocalSlm.Gguf.Format;
using LocalSlm.Testing;
using LocalSlm.Tokenization;
using LocalSlm.Tokenization.Gguf;

namespace LocalSlm.Tests.Format;

/// <summary>The managed tokenizer, built from the vocabulary in a GGUF file.</summary>
public class GgufVocabularyTests
{
    public static TheoryData<string> Names => [.. ReadGolden()?.Keys ?? (IEnumerable<string>)["(none)"]];

    /// <summary>Texts of llama.cpp's own tokenizer tests; the ids are Hugging Face's.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Build_LlamaCppVocabulary_GivesTheReferencesIds(string name)
    {
        var golden = ReadGolden();
        Assert.SkipWhen(golden is null, "The shared golden data is absent.");
        var path = TestAssets.VocabularyOrSkip(Path.GetFileName(golden[name].GetProperty("file").GetString()!));
        var tokenizer = GgufVocabulary.Build(VocabularyMetadata.Read(GgufReader.Read(path)));
        var failures = new List<string>();
        foreach (var item in golden[name].GetProperty("cases").EnumerateArray())
        {
            var text = item.GetProperty("t").GetString()!;
            var ids = new List<int>();
            tokenizer.Encode([new PromptSpan(text, true)], addSpecialTokens: false, ids);
            int[] wanted = [.. item.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
            if (!ids.SequenceEqual(wanted))
            {
                failures.Add(
                    $"{JsonSerializer.Serialize(text)}\n  wanted {string.Join(' ', wanted)}\n  got    {string.Join(' ', ids)}"
                );
            }
        }

        Assert.True(failures.Count == 0, $"{failures.Count} differ:\n" + string.Join('\n', failures.Take(10)));
    }

    [Fact]
    public void Build_MiniLm_GivesTheIdsOfItsTokenizerJson()
    {
        var path = TestAssets.ModelOrSkip("all-minilm-l6-v2-q8_0.gguf");
        CompareWithGolden("minilm", path);
    }

    [Fact]
    public void Build_MiniMind_GivesTheIdsOfItsTokenizerJson() =>
        CompareWithGolden("minimind2", TestAssets.MiniMindPath);

    [Fact]
    public void Build_SmolLm2_GivesTheIdsOfItsTokenizerJson()
    {
        var path = TestAssets.ModelOrSkip("smollm2-135m-instruct-q4_1.gguf");
        var folder = TestAssets.ModelOrSkip("smollm2-135m-instruct-genai-int4");
        var built = GgufVocabulary.Build(VocabularyMetadata.Read(GgufReader.Read(path)));
        var loaded = TokenizerFolder.Load(folder);
        foreach (var item in Golden("minimind2").GetProperty("cases").EnumerateArray())
        {
            var text = item.GetProperty("t").GetString()!;
            Assert.Equal(Encode(loaded, text, false), Encode(built, text, false));
        }

        Assert.Contains(built.EndOfGenerationTokens, id => built.GetName(id) == "<|im_end|>");
    }

    private static void CompareWithGolden(string name, string path)
    {
        var tokenizer = GgufVocabulary.Build(VocabularyMetadata.Read(GgufReader.Read(path)));
        foreach (var item in Golden(name).GetProperty("cases").EnumerateArray())
        {
            var text = item.GetProperty("t").GetString()!;
            int[] ids = [.. item.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
            Assert.Equal(ids, Encode(tokenizer, text, false));
            if (item.GetProperty("ids_sp") is { ValueKind: JsonValueKind.Array } special)
            {
                Assert.Equal([.. special.EnumerateArray().Select(id => id.GetInt32())], Encode(tokenizer, text, true));
            }
        }
    }

    private static int[] Encode(ManagedTokenizer tokenizer, string text, bool addSpecialTokens)
    {
        var ids = new List<int>();
        tokenizer.Encode([new PromptSpan(text, true)], addSpecialTokens, ids);
        return [.. ids];
    }

    private static JsonElement Golden(string name)
    {
        using var file = File.OpenRead(TestAssets.GoldenOrSkip("tokenizers", name + ".json.gz"));
        using var zip = new GZipStream(file, CompressionMode.Decompress);
        using var document = JsonDocument.Parse(zip);
        return document.RootElement.Clone();
    }

    private static Dictionary<string, JsonElement>? ReadGolden()
    {
        if (TestAssets.GoldenFolder is not { } folder)
        {
            return null;
        }

        using var document = JsonDocument.Parse(
            File.ReadAllBytes(Path.Combine(folder, "tokenizers", "gguf-vocab.json"))
        );
        return document
            .RootElement.GetProperty("vocabs")
            .EnumerateArray()
            .ToDictionary(vocab => vocab.GetProperty("vocab").GetString()!, vocab => vocab.Clone());
    }
}
